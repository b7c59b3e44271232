using Actors.Definitions;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Storage.Memory;
using Shouldly;
using Xunit.Abstractions;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

/// <summary>A service that answers 503 for ten minutes, while orders keep coming.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private const int PerSecond = 20;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1) / PerSecond;
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_service_that_is_down_gets_no_more_than_a_tenth_above_its_normal_load_and_then_all_of_it()
    {
        await using var world = new EngineWorld();
        var service = new FailingService();
        await world.StartAsync(options =>
        {
            options.Store = (_, _) => new ValueTask<IJournalStore>(new MemoryJournalStore());
            options.WrapWorker = _ => service;
            options.AddProcess(Map("order", Post("charge")));
        });

        service.IsDown = true;
        var count = (int)(Outage / Tick);
        for (var i = 0; i < count; i++)
        {
            await world.BeginAsync("order", $"k{i}");
            // An attempt that is still on its way when its time is over never comes.
            await Hosting.TestHost.UntilAsync(() => service.First > i);
            world.Time.Advance(Tick);
        }

        var load = service.Calls / (double)count;
        output.WriteLine($"{count} orders, {service.Calls} requests while it was down: {load:F3} of normal");
        load.ShouldBeInRange(1.05, 1.1 + 10.0 / count);

        service.IsDown = false;
        var back = world.Time.GetUtcNow();
        await Hosting.TestHost.UntilAsync(() =>
        {
            world.Time.Advance(Tick);
            return service.Succeeded == count;
        });
        output.WriteLine($"all were done {world.Time.GetUtcNow() - back} after it was back");
    }

    private static Step Post(string name) => new()
    {
        Name = name,
        Action = new StepAction.Http { Method = "POST", Url = "http://127.0.0.1:1/charges" },
        Retry = RetryPolicy.Default with { AttemptsMax = 1_000, MaxDelay = TimeSpan.FromSeconds(30) },
    };

    private sealed class FailingService : IWorker
    {
        private int _calls;
        private int _first;
        private int _succeeded;

        public volatile bool IsDown;

        public int Calls => Volatile.Read(ref _calls);

        public int First => Volatile.Read(ref _first);

        public int Succeeded => Volatile.Read(ref _succeeded);

        public ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            if (item.Key.Attempt == 1) Interlocked.Increment(ref _first);
            if (IsDown) return new(new StepOutcome(item.Key, null, Failure.Transient("http-503", "unavailable")));
            Interlocked.Increment(ref _succeeded);
            return new(new StepOutcome(item.Key, Payload.Null, null));
        }
    }
}
