using Actors.Definitions;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

/// <summary>Handlers that never do what they should, beside others that do.</summary>
public sealed class PoisonTests : IDisposable
{
    private const int Healthy = 200;
    private const int Poisoned = 8;

    private readonly ManualResetEventSlim _released = new();

    public void Dispose() => _released.Dispose();

    [Theory]
    [InlineData("throws", nameof(InvalidOperationException))]
    [InlineData("hangs", "timeout")]
    [InlineData("ignores", "timeout")]
    public async Task A_handler_that_never_succeeds_fails_by_its_policy_and_holds_nobody_up(
        string poison, string failure)
    {
        await using var world = await MakeAsync();
        var poisoned = await BeginAsync(world, poison, Poisoned);
        var healthy = await BeginAsync(world, "healthy", Healthy);

        foreach (var id in healthy) (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
        foreach (var id in poisoned)
        {
            var ending = world.EndAsync(id);
            await Hosting.TestHost.UntilAsync(() =>
            {
                world.Time.Advance(TimeSpan.FromMilliseconds(250));
                return ending.IsCompleted;
            });
            var view = await ending;
            view.Status.ShouldBe(InvocationStatus.Failed);
            view.Failure!.Type.ShouldBe(failure);
            view.Steps[0].Attempts.ShouldBe(2);
        }
    }

    [Fact]
    public async Task A_handler_that_never_lets_go_of_its_thread_keeps_one_worker_and_holds_nobody_up()
    {
        await using var world = await MakeAsync();
        var poisoned = await BeginAsync(world, "loops", Poisoned);
        await Hosting.TestHost.UntilAsync(() => world.Engine.Host.Workers.Busy == Poisoned);
        var healthy = await BeginAsync(world, "healthy", Healthy);

        foreach (var id in healthy) (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
        world.Engine.Host.Workers.Busy.ShouldBe(Poisoned);
        foreach (var id in poisoned)
        {
            (await world.Client.GetAsync(id)).Status.ShouldBe(InvocationStatus.Running);
            (await world.Client.ExplainAsync(id)).Waits.ShouldNotBeEmpty();
        }

        _released.Set();
        foreach (var id in poisoned) (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
    }

    private async Task<EngineWorld> MakeAsync()
    {
        var world = new EngineWorld();
        await world.StartAsync(options =>
        {
            options.AddHandler<Payload, Payload>("throws", (_, _) => throw new InvalidOperationException("poison"));
            options.AddHandler<Payload, Payload>("hangs", async (input, context) =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return input;
            });
            options.AddHandler<Payload, Payload>("ignores", async (input, _) =>
            {
                await new TaskCompletionSource().Task;
                return input;
            });
            options.AddHandler<Payload, Payload>("loops", (input, _) =>
            {
                _released.Wait();
                return new ValueTask<Payload>(input);
            });
            options.AddProcess(Map("healthy", Echo("a"), Echo("b", "a"), Echo("c", "b")));
            foreach (var poison in new[] { "throws", "hangs", "ignores", "loops" })
            {
                options.AddProcess(Map(poison, Handler("step", poison) with
                {
                    Timeout = new StepTimeouts(TimeSpan.FromSeconds(1), null),
                    Retry = RetryPolicy.Default with { AttemptsMax = 2, FirstDelay = TimeSpan.FromMilliseconds(100) },
                }));
            }
        });
        return world;
    }

    private static async Task<List<InvocationId>> BeginAsync(EngineWorld world, string process, int count)
    {
        List<InvocationId> ids = [];
        for (var i = 0; i < count; i++) ids.Add(await world.BeginAsync(process, $"k{i}"));
        return ids;
    }
}
