using System.Collections.Concurrent;
using System.Threading.Channels;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Actors.Tests;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

/// <summary>An embedded host over a store, a clock, grains and a worker that the test commands.</summary>
internal sealed class TestHost : IGrainFactory, IWorker, ILogger, IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public TestHost(GatedStore? store = null, EmbeddedHostOptions? options = null, TimeProvider? time = null)
    {
        Store = store ?? new GatedStore();
        options ??= new EmbeddedHostOptions { RestingMax = 0 };
        Host = new EmbeddedGrainHost(Store, this, this, time ?? Clock, options, this);
        OnMessage = (grain, message, _) => Messages.Writer.TryWrite((grain.Key.Id, message));
    }

    public GatedStore Store { get; }

    public ManualTimeProvider Clock { get; } = new();

    public EmbeddedGrainHost Host { get; }

    /// <summary>Messages that the test did not write itself: activations, wake-ups, outcomes, refusals.</summary>
    public Channel<(string Id, GrainMessage Message)> Messages { get; } =
        Channel.CreateUnbounded<(string, GrainMessage)>();

    public Action<TestGrain, GrainMessage, IGrainTurn> OnMessage { get; set; }

    public Func<GrainKey, Task>? OnActivating { get; set; }

    public Func<GrainKey, Grain>? OnCreate { get; set; }

    public Func<WorkItem, CancellationToken, ValueTask<StepOutcome>> OnWork { get; set; } =
        (item, _) => new ValueTask<StepOutcome>(new StepOutcome(item.Key, Payload.Null, null));

    public ConcurrentQueue<GrainKey> Activations { get; } = new();

    public ConcurrentQueue<(LogLevel Level, string Text)> Logged { get; } = new();

    public static GrainKey Key(string id) => new(GrainKind.Invocation, Names.DefaultTenant, "test", id);

    public Task<GrainReply> AskAsync(
        string id, Func<TestGrain, IGrainTurn, GrainReply?> turn, CancellationToken token = default) =>
        Host.CallAsync(Key(id), new Ask(turn), token).AsTask();

    public async Task<int> AddAsync(string id, int amount = 1) =>
        ((Total)await AskAsync(id, (grain, turn) => grain.Add(turn, amount)).WaitAsync(Patience)).Sum;

    public async Task<int> ReadAsync(string id) =>
        ((Total)await AskAsync(id, (grain, _) => new Total(grain.Sum)).WaitAsync(Patience)).Sum;

    public void Tell(string id, Action<TestGrain, IGrainTurn> turn) => Host.Post(Key(id), new Tell(turn));

    /// <summary>The next message of a kind; others before it are passed over.</summary>
    public async Task<(string Id, T Message)> NextAsync<T>() where T : GrainMessage
    {
        using var end = new CancellationTokenSource(Patience);
        while (true)
        {
            var (id, message) = await Messages.Reader.ReadAsync(end.Token);
            if (message is T wanted) return (id, wanted);
        }
    }

    /// <summary>All messages of a kind that have come by now.</summary>
    public List<string> Seen<T>() where T : GrainMessage
    {
        var seen = new List<string>();
        while (Messages.Reader.TryRead(out var next))
        {
            if (next.Message is T) seen.Add(next.Id);
        }

        return seen;
    }

    /// <summary>For what has no event to wait for: looks again and again, without sleeping.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(Patience);
            await Task.Yield();
        }
    }

    public static WorkItem Work(string id, string step, int attempt = 1) => new(
        new WorkKey(new InvocationId("test", id), 1, step, -1, false, attempt),
        new WorkAction.Handler("h"), Payload.Null, "key", "correlation", TimeSpan.FromMinutes(1), []);

    Grain IGrainFactory.Create(GrainKey key) => OnCreate?.Invoke(key) ?? new TestGrain(this, key);

    ValueTask<StepOutcome> IWorker.RunAsync(WorkItem item, CancellationToken cancellationToken) =>
        OnWork(item, cancellationToken);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Logged.Enqueue((logLevel, formatter(state, exception) + exception));

    public ValueTask DisposeAsync()
    {
        Store.Open();
        return Host.DisposeAsync();
    }
}
