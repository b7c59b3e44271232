using Actors.Definitions;
using Actors.Grains.Tests.Hosting;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Silo.Embedded;
using Actors.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

/// <summary>How many appends a direct pipeline takes, before and after its pure stages have proved short.</summary>
public sealed class DirectPipelineTests
{
    private const int Proofs = 8;

    [Fact]
    public async Task Stages_that_have_proved_short_are_one_append_with_their_start()
    {
        await using var world = await World.StartAsync(effectLast: false);
        for (var i = 0; i < Proofs; i++) (await world.RunAsync($"p{i}")).ShouldBe(2);
        (await world.RunAsync("one")).ShouldBe(1);
    }

    [Fact]
    public async Task A_stage_with_an_effect_begins_once_what_came_before_is_recorded()
    {
        await using var world = await World.StartAsync(effectLast: true);
        for (var i = 0; i < Proofs; i++) (await world.RunAsync($"p{i}")).ShouldBe(3);
        (await world.RunAsync("one")).ShouldBe(2);
        world.AppendsBeforeEffect.ShouldBe(1);
    }

    [Fact]
    public async Task A_stage_that_fails_in_the_turn_is_tried_again_like_any_other()
    {
        await using var world = await World.StartAsync(effectLast: false);
        for (var i = 0; i < Proofs; i++) await world.RunAsync($"p{i}");
        world.FailuresLeft = 1;
        // A run that begins with stage two has proved nothing yet.
        (await world.RunAsync("one", isRetried: true)).ShouldBe(3);
        var view = await world.Engine.Client.GetAsync(new InvocationId("voice", "one"));
        view.Status.ShouldBe(InvocationStatus.Completed);
        view.Output.ShouldBe(Payload.FromJson("3"));
        view.Steps.Select(s => s.Attempts).ShouldBe([1, 2, 1]);
        world.Seen.TakeLast(2).ShouldBe(["two 1 default/voice/one/1/two", "two 2 default/voice/one/1/two"]);
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly GatedStore _store = new();
        private readonly ManualTimeProvider _time = new();
        private string _id = "";

        private World()
        {
        }

        public ActorsEngine Engine { get; private set; } = null!;

        public int FailuresLeft { get; set; }

        /// <summary>What the second stage was told of itself.</summary>
        public List<string> Seen { get; } = [];

        public int AppendsBeforeEffect { get; set; }

        public static async Task<World> StartAsync(bool effectLast)
        {
            var world = new World();
            var options = new ActorsOptions { Store = (_, _) => new(world._store) };
            options.AddHandler<int, int>("add", (input, _) => new(input + 1));
            options.AddHandler<int, int>("shaky", (input, context) =>
            {
                world.Seen.Add($"{context.Step} {context.Attempt} {context.IdempotencyKey}");
                return world.FailuresLeft-- > 0 ? throw new TransientException("not now") : new(input + 1);
            });
            options.AddHandler<int, int>("effect", (input, _) =>
            {
                world.AppendsBeforeEffect = world.Appends;
                return new(input + 1);
            });
            options.AddProcess(new StepMap
            {
                Process = "voice",
                Model = ProcessModel.Pipeline,
                Steps =
                [
                    Stage("one", "add", isPure: true),
                    Stage("two", "shaky", isPure: true, "one"),
                    Stage("three", effectLast ? "effect" : "add", isPure: !effectLast, "two"),
                ],
            });
            world.Engine = new ActorsEngine(
                options, new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, world._time);
            await world.Engine.StartAsync(default);
            return world;
        }

        /// <summary>Runs one to its end; how many appends it took.</summary>
        public async Task<int> RunAsync(string id, bool isRetried = false)
        {
            _id = id;
            // On a thread of the pool.
            await Task.Run(() => Engine.Client.StartAsync(
                new StartRequest("voice", Payload.From(0)) { Key = id })).Soon();
            // The pause before the next attempt.
            while (isRetried && (await Engine.Client.GetAsync(Id)).Status != InvocationStatus.Completed)
                _time.Advance(TimeSpan.FromSeconds(1));
            (await Engine.Client.WaitAsync(Id).Soon()).Status.ShouldBe(InvocationStatus.Completed);
            return Appends;
        }

        public ValueTask DisposeAsync() => Engine.DisposeAsync();

        private InvocationId Id => new("voice", _id);

        private int Appends => _store.Appends.Count(a => a.Key.Id == _id);

        private static Step Stage(string name, string handler, bool isPure, params string[] after) =>
            new() { Name = name, Action = new StepAction.Handler(handler), After = [.. after], Pure = isPure };
    }
}
