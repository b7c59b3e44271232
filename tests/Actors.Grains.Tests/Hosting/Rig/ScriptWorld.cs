using System.Collections.Concurrent;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Actors.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Grains.Tests.Hosting.Rig;

/// <summary>A host with script grains, a controlled store, a worker made of a function, and a clock by hand.</summary>
internal sealed class ScriptWorld : IGrainFactory, IWorker, IAsyncDisposable
{
    private readonly ConcurrentDictionary<GrainKey, int> _inside = new();
    private readonly Lock _lock = new();
    private EmbeddedGrainHost? _host;

    public ScriptWorld(ControlledStore? store = null) => Store = store ?? new ControlledStore();

    public ControlledStore Store { get; private set; }

    public ManualTimeProvider Time { get; init; } = new();

    public EmbeddedHostOptions Options { get; init; } = new() { RestingMax = 0 };

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>One host, whoever asks for it first.</summary>
    public EmbeddedGrainHost Host
    {
        get
        {
            lock (_lock) return _host ??= new EmbeddedGrainHost(Store, this, this, Time, Options, Logger);
        }
    }

    public ConcurrentQueue<(GrainKey Key, GrainMessage Message)> Received { get; } = new();

    public int Overlaps;

    public Func<GrainKey, Task>? OnLoad { get; set; }

    public Action<ScriptGrain, IGrainTurn>? OnActivated { get; set; }

    public Action<ScriptGrain, GrainMessage, IGrainTurn>? OnOther { get; set; }

    public Action<ScriptGrain, IGrainTurn>? OnBeforeAppend { get; set; }

    public Func<ScriptGrain, ReadOnlyMemory<byte>?>? OnSnapshot { get; set; }

    public Func<WorkItem, CancellationToken, ValueTask<StepOutcome>>? OnWork { get; set; }

    public static GrainKey Key(string id = "a", string type = "script") =>
        new(GrainKind.Entity, Names.DefaultTenant, type, id);

    public static GrainKey WorkKeyOf(string id) => new InvocationId("script", id).Key;

    public static WorkItem Item(string invocation, string step = "s", int attempt = 1) => new(
        new WorkKey(new InvocationId("script", invocation), 1, step, -1, false, attempt),
        new WorkAction.Handler("h"), Payload.Null, "key", "correlation", TimeSpan.FromMinutes(1), []);

    public Grain Create(GrainKey key) => key.Type == "unknown"
        ? throw new NotFoundException("there is no type 'unknown'")
        : new ScriptGrain(key, this);

    public ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken) =>
        OnWork is { } work
            ? work(item, cancellationToken)
            : new ValueTask<StepOutcome>(new StepOutcome(item.Key, Payload.Null, null));

    public ValueTask<GrainReply> RunAsync(
        GrainKey key, Func<ScriptGrain, IGrainTurn, GrainReply?> script,
        CancellationToken cancellationToken = default) =>
        Host.CallAsync(key, new Script(script), cancellationToken);

    /// <summary>Appends a line and answers it.</summary>
    public Task<GrainReply> SayAsync(string line, GrainKey? key = null) => RunAsync(key ?? Key(), (grain, turn) =>
    {
        grain.Say(line, turn);
        return new Text(line);
    }).AsTask();

    /// <summary>A turn that throws.</summary>
    public Task<GrainReply> BreakAsync(GrainKey? key = null) =>
        RunAsync(key ?? Key(), (_, _) => throw new InvalidOperationException("broken")).AsTask();

    public async Task<string[]> LinesAsync(GrainKey? key = null)
    {
        string[] lines = [];
        await RunAsync(key ?? Key(), (grain, _) =>
        {
            lines = [.. grain.Lines];
            return new Text("");
        });
        return lines;
    }

    /// <summary>Stops the host and starts another one on the same data.</summary>
    public async Task RestartAsync()
    {
        await Host.StopAsync(TimeSpan.Zero, default);
        Store = new ControlledStore(Store.Inner.Reopen());
        _host = null;
    }

    public async ValueTask DisposeAsync()
    {
        Store.ReleaseAll();
        if (_host is null) return;
        var stopped = _host.DisposeAsync().AsTask();
        // Whatever does not come to rest is given up by this clock, so that a defect fails a test and hangs none.
        using var patience = new CancellationTokenSource(Patience.Long);
        while (!stopped.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        await stopped;
    }

    public void Enter(GrainKey key)
    {
        if (_inside.AddOrUpdate(key, 1, static (_, n) => n + 1) != 1) Interlocked.Increment(ref Overlaps);
    }

    public void Leave(GrainKey key) => _inside.AddOrUpdate(key, 0, static (_, n) => n - 1);
}
