using System.Threading.Channels;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Tests.Cluster;
using Actors.Silo.Orleans.Work;
using Shouldly;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Tests.Work;

/// <summary>One queue of the work stream, asked from another silo than its own or the same.</summary>
public sealed class WorkPartTests : IAsyncLifetime
{
    private const int Some = 10;
    private RunningCluster _cluster = null!;

    private IWorkPartGrain Part => _cluster.Service<IGrainFactory>(0).GetGrain<IWorkPartGrain>(77);

    private IWorkPartGrain PartFromElsewhere => _cluster.Service<IGrainFactory>(1).GetGrain<IWorkPartGrain>(77);

    public async Task InitializeAsync() => _cluster = await RunningCluster.StartAsync(2, _ => { });

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Attempts_are_taken_in_order_each_once_and_no_more_than_asked_for()
    {
        for (var i = 0; i < 2 * Some; i++) await (i % 2 == 0 ? Part : PartFromElsewhere).PutAsync(Work(i));
        var first = (await Part.TakeAsync(Some)).Value;
        var second = (await PartFromElsewhere.TakeAsync(Some * 2)).Value;
        first.Concat(second).Select(w => w.Work.Name).ShouldBe(Enumerable.Range(0, 2 * Some).Select(i => $"{i}"));
        first.Length.ShouldBe(Some);
        var places = first.Concat(second).Select(w => w.Sequence).ToList();
        places.ShouldBe(places.Distinct().Order());
    }

    [Fact]
    public async Task Who_finds_nothing_waits_for_the_first_and_is_given_it()
    {
        while (true)
        {
            // It waits for a moment only, which may be over before anything comes.
            var taking = PartFromElsewhere.TakeAsync(Some);
            await Part.PutAsync(Work(1));
            if ((await taking).Value is [var taken])
            {
                taken.Work.Name.ShouldBe("1");
                return;
            }

            (await Part.TakeAsync(Some)).Value.Length.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Who_finds_nothing_for_a_while_is_told_so() =>
        (await Part.TakeAsync(Some)).Value.ShouldBeEmpty();

    [Fact]
    public async Task A_queue_that_moves_to_another_agent_gives_nothing_more_to_the_one_before()
    {
        var before = PartFromElsewhere.TakeAsync(Some);
        var next = Part.TakeAsync(Some);
        (await before).Value.ShouldBeEmpty();
        await Part.PutAsync(Work(1));
        var taken = (await next).Value;
        if (taken.Length == 0) taken = (await Part.TakeAsync(Some)).Value;
        taken.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Who_was_replaced_is_given_nothing_even_if_it_wakes_up_after_something_came()
    {
        var (part, turns) = (new WorkPartGrain(new ActorsClusterOptions(), TimeProvider.System), new Turns());
        var before = await turns.RunAsync(() => part.TakeAsync(Some));
        var next = await turns.RunAsync(() => part.TakeAsync(Some));
        // Its turn has been asked for, and comes after this one.
        await turns.AskedForAsync();
        await part.PutAsync(Work(1));
        await turns.RunUntilAsync(before);
        await turns.RunUntilAsync(next);
        (await before).Value.ShouldBeEmpty();
        (await next).Value.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_full_queue_refuses_and_loses_nothing()
    {
        for (var i = 0; i < WorkPartGrain.CountMax; i++) await Part.PutAsync(Work(i));
        (await Should.ThrowAsync<InvalidOperationException>(() => Part.PutAsync(Work(-1))))
            .Message.ShouldContain($"{WorkPartGrain.CountMax} attempts wait");
        var taken = (await Part.TakeAsync(int.MaxValue)).Value;
        taken.Length.ShouldBe(WorkPartGrain.CountMax);
        taken[^1].Work.Name.ShouldBe($"{WorkPartGrain.CountMax - 1}");
    }

    private static WorkBatch Work(int number) => new()
    {
        StreamId = StreamId.Create("test", "part"),
        Work = new Envelope { Name = $"{number}" },
    };

    /// <summary>The turns of a grain, one at a time, when the test says so.</summary>
    private sealed class Turns : TaskScheduler
    {
        private readonly Channel<Task> _asked = Channel.CreateUnbounded<Task>();

        public ValueTask<bool> AskedForAsync() => _asked.Reader.WaitToReadAsync();

        /// <summary>Runs a call until it awaits.</summary>
        public async Task<Task<T>> RunAsync<T>(Func<Task<T>> call)
        {
            var running = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.None, this);
            await RunUntilAsync(running);
            return await running;
        }

        public async Task RunUntilAsync(Task end)
        {
            while (!end.IsCompleted) Execute(await _asked.Reader.ReadAsync());
        }

        // Without the test's own context, which would be asked for the next turn instead.
        private void Execute(Task turn)
        {
            var context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            TryExecuteTask(turn);
            SynchronizationContext.SetSynchronizationContext(context);
        }

        protected override void QueueTask(Task task) => _asked.Writer.TryWrite(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
