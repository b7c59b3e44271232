using Actors.Definitions;
using Actors.Grains.Queues;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

public sealed class QueuedPipelineTests
{
    private static readonly StageSlot First = new(0, 2, 1, true);
    private static readonly StageSlot Last = new(1, 1, 1, false);

    private readonly PipelineQueues<string> _queues = new();
    private readonly List<string> _begun = [];

    [Fact]
    public void A_stage_that_is_done_keeps_its_place_until_the_next_queue_has_room()
    {
        foreach (var x in new[] { "a", "b", "c", "d" }) _queues.Offer(x, First, x + "1", _begun);
        Finish("a", First).ShouldBe([]);
        Offer("a", Last).ShouldBe(["b1", "a2"]);
        Finish("b", First);
        Offer("b", Last).ShouldBe(["c1"]);
        Finish("c", First);
        Offer("c", Last).ShouldBe(
            [], "the last queue holds b: c keeps its place in the first stage, and d does not begin");
        Finish("a", Last).ShouldBe(["b2", "d1"]);
    }

    [Fact]
    public void Who_fails_or_leaves_gives_its_place_back()
    {
        _queues.Offer("a", First, "a1", _begun);
        _queues.Offer("b", First, "b1", _begun);
        _begun.Clear();
        _queues.Finish("a", First, succeeded: false, _begun);
        _begun.ShouldBe(["b1"]);
        _queues.Offer("c", First, "c1", _begun);
        Finish("b", First).ShouldBe([]);
        _begun.Clear();
        _queues.Leave("b", _begun);
        _begun.ShouldBe(["c1"]);
        _queues.Finish("c", First, succeeded: false, _begun);
        _queues.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_late_success_of_an_attempt_before_does_not_keep_the_place_that_the_next_one_waits_for()
    {
        _queues.Offer("a", First, "a1 again", _begun);
        _queues.Offer("a", First, "a2", _begun);
        _begun.ShouldBe(["a1 again"]);
        Finish("a", First).ShouldBe(["a2"], "its invocation waits for the second attempt, and asks for no other stage");
        Finish("a", First).ShouldBe([]);
        Offer("a", Last).ShouldBe(["a2"]);
        Finish("a", Last);
        _queues.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Who_comes_back_to_a_stage_does_not_wait_for_the_place_it_keeps_there()
    {
        foreach (var x in new[] { "a", "b", "c" }) _queues.Offer(x, First, x + "1", _begun);
        Finish("a", First).ShouldBe([]);
        Offer("a", First).ShouldBe(["b1"], "the queue is full, and a is behind it");
        Finish("b", First);
        Offer("b", Last).ShouldBe(["c1", "b2"], ignoreOrder: true);
        _queues.Finish("c", First, succeeded: false, _begun);
        _begun.ShouldContain("a1");
    }

    [Fact]
    public void Nobody_is_admitted_while_the_first_queue_is_full()
    {
        _queues.TryAdmit("a", 2).ShouldBeTrue();
        _queues.TryAdmit("b", 2).ShouldBeTrue();
        _queues.TryAdmit("c", 2).ShouldBeFalse();
        _queues.Offer("a", First, "a1", _begun);
        _queues.TryAdmit("c", 2).ShouldBeTrue("a runs and waits no more");
        _queues.CancelAdmission("c");
        _queues.TryAdmit("d", 2).ShouldBeTrue();
    }

    [Fact]
    public async Task A_slow_stage_holds_back_the_caller_and_everything_admitted_completes_in_order()
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var options = new ActorsOptions
        {
            Host = new EmbeddedHostOptions { AdmissionTimeout = TimeSpan.Zero },
        }.UseMemory();
        options.AddHandler<Payload, Payload>("fast", (input, _) => new ValueTask<Payload>(input));
        options.AddHandler<Payload, Payload>("slow", async (input, context) =>
        {
            entered.TrySetResult();
            await gate.Task;
            order.Enqueue(context.InvocationId.Id);
            return input;
        });
        options.AddProcess(new StepMap
        {
            Process = "video",
            Model = ProcessModel.Pipeline,
            Pipeline = new PipelineOptions(PipelineMode.Queued, 2),
            Steps =
            [
                new Step { Name = "decode", Action = new StepAction.Handler("fast") },
                new Step { Name = "encode", Action = new StepAction.Handler("slow"), After = ["decode"] },
            ],
        });
        await using var engine = new ActorsEngine(
            options, new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, TimeProvider.System);
        await engine.StartAsync(default);
        var admitted = new List<InvocationId>();
        var refused = 0;
        for (var i = 0; i < 50; i++)
        {
            try
            {
                admitted.Add((await engine.Client.StartAsync(new StartRequest("video") { Key = $"v{i:00}" })).Id);
            }
            catch (OverloadedException)
            {
                refused++;
            }
        }

        await entered.Task;
        refused.ShouldBeGreaterThan(0);
        // One in each of two stages, two in each of two queues, one that keeps its place at most.
        admitted.Count.ShouldBeLessThanOrEqualTo(7);
        gate.SetResult();
        foreach (var id in admitted) (await engine.Client.WaitAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
        order.ShouldBe(admitted.Select(a => a.Id));
        (await engine.Client.StartAsync(new StartRequest("video") { Key = "later" })).Created.ShouldBeTrue();
    }

    private List<string> Offer(string invocation, StageSlot slot)
    {
        _begun.Clear();
        _queues.Offer(invocation, slot, invocation + (slot.Position + 1), _begun);
        return [.. _begun];
    }

    private List<string> Finish(string invocation, StageSlot slot)
    {
        _begun.Clear();
        _queues.Finish(invocation, slot, succeeded: true, _begun);
        return [.. _begun];
    }
}
