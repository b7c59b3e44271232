using System.Diagnostics.Metrics;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    // What is kept per grain grows in every round; a queue that doubles, or what other tests left running, does not.
    [Fact]
    public async Task What_is_suspended_until_far_ahead_takes_no_memory()
    {
        const int rounds = 5;
        const int count = 10_000;
        const int bytesMax = 10;
        await using var test = new TestHost { OnMessage = (_, _, _) => { } };
        var store = new ForgetfulStore();
        var options = new EmbeddedHostOptions { RestingMax = 0 };
        await using var host = new EmbeddedGrainHost(store, test, test, test.Clock, options, test);
        await host.StartAsync(CancellationToken.None);
        var grown = new List<double>();
        var before = 0L;
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < count; i++)
                await host.CallAsync(TestHost.Key($"r{round}-{i}"), new Ask(Suspend));
            await TestHost.UntilAsync(() => host.ActivationCount == 0);
            test.Activations.Clear();
            var now = GC.GetTotalMemory(forceFullCollection: true);
            if (round > 0) grown.Add((now - before) / (double)count);
            before = now;
        }

        host.ActivationsTotal.ShouldBe((rounds + 1) * count);
        grown.Order().ElementAt(rounds / 2).ShouldBeLessThan(bytesMax, string.Join(", ", grown));
        host.WakeUps.Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_meter_tells_what_the_host_does()
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Actors") l.EnableMeasurementEvents(instrument);
            },
        };
        void Count(string name, long value)
        {
            lock (seen) seen[name] = seen.GetValueOrDefault(name) + value;
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Count(instrument.Name, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Count(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Count(instrument.Name, 1));
        listener.Start();
        await using var test = new TestHost();
        test.OnWork = async (item, token) =>
        {
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => 0, CancellationToken.None);
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "s")));
        await test.AddAsync("a");
        await test.AskAsync("b", (_, turn) =>
        {
            turn.WakeAt(turn.Now.AddSeconds(1));
            return Done.Instance;
        });
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.NextAsync<WakeUp>();
        await test.ReadAsync("a");
        await test.ReadAsync("b");
        listener.RecordObservableInstruments();
        seen["actors.activations"].ShouldBe(2);
        seen["actors.grains"].ShouldBe(2);
        seen["actors.wakeups.late"].ShouldBe(1);
        seen["actors.workers.busy"].ShouldBe(1);
        seen["actors.turns"].ShouldBeGreaterThanOrEqualTo(4);
        seen["actors.appends"].ShouldBe(0);
    }

    private static Total Suspend(TestGrain grain, IGrainTurn turn)
    {
        var due = turn.Now + TimeSpan.FromDays(1);
        turn.Project(new Projection("Waiting", turn.Now, WakeAt: due));
        turn.WakeAt(due);
        turn.Rest();
        return grain.Add(turn, 1);
    }
}
