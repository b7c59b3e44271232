using Actors.Grains.Steps;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Actors.Steps.Tests;

public sealed class HandlerTests : IDisposable
{
    private readonly StepRig _rig = new();

    [Fact]
    public async Task Every_form_of_delegate_can_be_registered()
    {
        _rig.Handlers
            .Add("a", async (int i, StepContext _) =>
            {
                await Task.Yield();
                return i + 1;
            })
            .Add("b", (int i, StepContext c) => i + c.Attempt)
            .Add("c", (int i) => i + 1)
            .Add<int, int>("d", TaskMethod)
            .Add<int, int>("e", (i, _) => ValueTask.FromResult(i + 1));

        foreach (var name in _rig.Handlers.Names)
            (await _rig.RunAsync(StepRig.Call(name, "1"))).Result.ShouldBe(Payload.From(2), name);
        _rig.Handlers.TryGetTypes("a", out var input, out var output).ShouldBeTrue();
        (input, output).ShouldBe((typeof(int), typeof(int)));
        _rig.Handlers.TryGetTypes("z", out _, out _).ShouldBeFalse();

        static Task<int> TaskMethod(int i, StepContext context) => Task.FromResult(i + 1);
    }

    [Fact]
    public void A_task_as_a_result_a_taken_name_and_a_bad_name_are_refused()
    {
        Should.Throw<ArgumentException>(() => _rig.Handlers.Add("t", (int _) => Task.FromResult(1)));
        _rig.Handlers.Add<DoubleIt>();
        Should.Throw<ArgumentException>(() => _rig.Handlers.Add("double-it", (int i) => i))
            .Message.ShouldContain(nameof(DoubleIt));
        Should.Throw<InvalidNameException>(() => _rig.Handlers.Add("a/b", (int i) => i));
        Should.Throw<ArgumentException>(() => _rig.Handlers.Add<HandlerTests>("tests"));
    }

    [Fact]
    public void A_scan_finds_public_and_internal_classes_by_their_names()
    {
        var names = new HandlerRegistry().AddFrom(typeof(HandlerTests).Assembly).Names;
        names.ShouldContain("double-it");
        names.ShouldContain("count.scope");
        names.ShouldNotContain("abstract");
    }

    [Fact]
    public async Task A_class_gets_one_scope_per_attempt_which_is_disposed_before_the_outcome()
    {
        await using var services = new ServiceCollection().AddScoped<Scoped>().BuildServiceProvider();
        using var rig = new StepRig { Ports = p => p with { Services = services } };
        rig.Handlers.Add<CountScope>();
        CountScope.Seen.Clear();

        await rig.RunAsync(StepRig.Call("count.scope", "1"));
        await rig.RunAsync(StepRig.Call("count.scope", "1"));

        CountScope.Seen.Count.ShouldBe(2);
        CountScope.Seen[0].ShouldNotBe(CountScope.Seen[1]);
        CountScope.Seen.ShouldAllBe(s => s.Disposed);
        CountScope.Disposals.ShouldBe(2);
    }

    [Fact]
    public async Task The_scope_of_an_orphan_lives_until_the_orphan_has_ended()
    {
        await using var services = new ServiceCollection().AddScoped<Scoped>().BuildServiceProvider();
        using var rig = new StepRig { Ports = p => p with { Services = services } };
        var gate = new TaskCompletionSource<int>();
        Scoped? scoped = null;
        rig.Handlers.Add<int, int>("stubborn", async (_, c) =>
        {
            scoped = c.Services.GetRequiredService<Scoped>();
            return await gate.Task;
        });
        var running = rig.RunAsync(StepRig.Call("stubborn", "1"));
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await running;

        scoped!.Disposed.ShouldBeFalse();
        gate.SetResult(1);
        await rig.Log.OrphanEnded.Task;
        scoped.Disposed.ShouldBeTrue();
    }

    [Fact]
    public async Task Input_that_does_not_fit_is_permanent_and_names_type_and_path()
    {
        _rig.Handlers.Add("order", (Order o) => o.Total);

        var failure = (await _rig.RunAsync(StepRig.Call("order", """{"id":"a","total":"much"}"""))).Failure!;

        failure.Type.ShouldBe("invalid-input");
        failure.IsPermanent.ShouldBeTrue();
        failure.Message.ShouldContain(nameof(Order));
        failure.Message.ShouldContain("$.total");
    }

    [Fact]
    public async Task A_missing_handler_is_transient_names_its_like_and_waits_before_the_next_attempt()
    {
        _rig.Handlers.Add("charge-card", (int i) => i);

        var outcome = await _rig.RunAsync(StepRig.Call("charge-kard"));

        outcome.Failure!.Type.ShouldBe("handler-missing");
        outcome.Failure.IsPermanent.ShouldBeFalse();
        outcome.Failure.Message.ShouldContain("'charge'");
        outcome.Failure.Message.ShouldContain("did you mean 'charge-card'?");
        outcome.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("charge-kard", "does not have; did you mean 'charge-card'? Register it with")]
    [InlineData("pack", "does not have; register it with")]
    public async Task A_missing_handler_is_told_in_whole_sentences(string name, string text)
    {
        _rig.Handlers.Add("charge-card", (int i) => i);

        var message = (await _rig.RunAsync(StepRig.Call(name))).Failure!.Message;

        message.ShouldContain(text);
        // Who shows it adds the full stop.
        message.ShouldEndWith("run the step");
    }

    [Fact]
    public async Task Exceptions_become_failures_by_their_type()
    {
        _rig.Handlers
            .Add<int, int>("terminal", int (_) => throw new TerminalException("no", "declined"))
            .Add<int, int>("transient", int (_) => throw Busy)
            .Add<int, int>("any", async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException("outer", new IOException("inner"));
            });

        (await _rig.RunAsync(StepRig.Call("terminal", "1"))).Failure.ShouldBe(
            new Failure("declined", "no", FailureKind.Permanent, "charge", 1));
        var transient = await _rig.RunAsync(StepRig.Call("transient", "1"));
        transient.Failure!.IsPermanent.ShouldBeFalse();
        transient.RetryAfter.ShouldBe(TimeSpan.FromSeconds(3));
        var any = (await _rig.RunAsync(StepRig.Call("any", "1"))).Failure!;
        any.IsPermanent.ShouldBeFalse();
        (any.Type, any.Cause!.Type).ShouldBe((nameof(InvalidOperationException), nameof(IOException)));
    }

    [Fact]
    public async Task A_failure_type_the_step_lists_is_permanent_and_not_to_be_retried()
    {
        _rig.Handlers.Add<int, int>("busy", int (_) => throw Busy);

        var outcome = await _rig.RunAsync(StepRig.Call("busy", "1", "other", "busy"));

        outcome.Failure!.IsPermanent.ShouldBeTrue();
        outcome.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task A_result_beyond_the_bound_or_beyond_json_is_permanent()
    {
        using var rig = new StepRig { Options = new StepWorkerOptions { ResultBytesMax = 1024 } };
        rig.Handlers.Add("size", (int i) => new string('x', i)).Add("loop", (int _) => new Loop());

        (await rig.RunAsync(StepRig.Call("size", "1022"))).Failure.ShouldBeNull();
        var failure = (await rig.RunAsync(StepRig.Call("size", "1023"))).Failure!;
        (failure.Type, failure.IsPermanent, failure.MayHaveHappened).ShouldBe(("result-too-large", true, true));
        failure = (await rig.RunAsync(StepRig.Call("loop", "1"))).Failure!;
        (failure.Type, failure.IsPermanent, failure.MayHaveHappened).ShouldBe(("invalid-result", true, true));
        foreach (var undo in (string[])["size", "loop"])
            (await rig.RunAsync(StepRig.Undo(StepRig.Call(undo, "1023")))).Result.ShouldBe(Payload.Null);
    }

    [Fact]
    public async Task The_context_says_which_attempt_it_is_and_logs_within_its_scope()
    {
        var told = "";
        _rig.Handlers.Add("tell", (int i, StepContext c) =>
        {
            c.Logger.LogWarning("hello");
            told = $"{c.InvocationId} {c.Step} {c.Item} {c.Attempt} {c.IsUndo} {c.IdempotencyKey} {c.CorrelationId}";
            return i;
        });
        var item = StepRig.Call("tell", "1");
        item = item with { Key = item.Key with { Item = 4, Attempt = 2, IsUndo = true } };

        (await _rig.RunAsync(item)).Failure.ShouldBeNull();

        told.ShouldBe("orders/o-1 charge 4 2 True orders/o-1/charge c-1");

        _rig.Log.Lines.ShouldHaveSingleItem().Scope.ShouldNotBeNull().ShouldContain(
            "Invocation=orders/o-1, Step=charge[4], Attempt=2, IsUndo=True, Correlation=c-1");
    }

    public void Dispose() => _rig.Dispose();

    private static TransientException Busy => new("later", "busy") { RetryAfter = TimeSpan.FromSeconds(3) };

    internal sealed record Order(string Id, decimal Total);

    private sealed class Loop
    {
        public Loop Self => this;
    }

    private sealed class DoubleIt : IStepHandler<int, int>
    {
        public ValueTask<int> HandleAsync(int input, StepContext context) => new(input * 2);
    }

    private abstract class Abstract : IStepHandler<int, int>
    {
        public abstract ValueTask<int> HandleAsync(int input, StepContext context);
    }

    private sealed class Scoped : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    [HandlerName("count.scope")]
    private sealed class CountScope(Scoped scoped) : IStepHandler<int, int>, IAsyncDisposable
    {
        public static List<Scoped> Seen { get; } = [];

        public static int Disposals { get; private set; }

        public async ValueTask<int> HandleAsync(int input, StepContext context)
        {
            await Task.Yield();
            scoped.Disposed.ShouldBeFalse();
            Seen.Add(scoped);
            return input;
        }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            return default;
        }
    }
}
