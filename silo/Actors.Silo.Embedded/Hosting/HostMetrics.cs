using System.Diagnostics.Metrics;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>What the host measures, on meter <c>Actors</c>. Costs next to nothing where nobody listens.</summary>
internal sealed class HostMetrics : IDisposable
{
    private readonly Meter _meter = new("Actors");
    private readonly Counter<long> _activations;
    private readonly Counter<long> _turns;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _late;

    public HostMetrics(EmbeddedGrainHost host)
    {
        _activations = _meter.CreateCounter<long>("actors.activations", description: "grains read into memory");
        _turns = _meter.CreateCounter<long>("actors.turns", description: "messages that grains received");
        _failures = _meter.CreateCounter<long>(
            "actors.grains.dropped", description: "grains dropped after a failed turn or append");
        _late = _meter.CreateHistogram<double>(
            "actors.wakeups.late", "s", "how long after its time a wake-up was sent");
        Gauge("actors.grains", "grains in memory", () => host.ActivationCount);
        Gauge("actors.grains.closed", "grains whose journals can't be trusted: look at them", () => host.Closed.Count);
        Gauge("actors.appends", "appends in flight", () => host.AppendsInFlight);
        Gauge("actors.mailbox.depth", "messages that wait for grains", () => host.Activations.Sum(a => a.Depth));
        Gauge("actors.workers.busy", "attempts that run", () => host.Workers.Busy);
        Gauge("actors.workers.queued", "attempts that wait", () => host.Workers.Waiting);
        Gauge("actors.timers", "timers that are near", () => host.WakeUps.Count);
    }

    public void Activated() => _activations.Add(1);

    public void Turns(int count) => _turns.Add(count);

    public void Dropped() => _failures.Add(1);

    public void WokenLate(TimeSpan by)
    {
        if (_late.Enabled) _late.Record(by.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string description, Func<int> read) =>
        _meter.CreateObservableGauge(name, read, description: description);
}
