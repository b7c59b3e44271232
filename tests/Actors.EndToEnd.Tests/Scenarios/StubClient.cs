namespace Actors.EndToEnd.Tests.Scenarios;

/// <summary>An engine of which a test says how each invocation goes.</summary>
internal sealed class StubClient(Func<StartRequest, InvocationView> outcome) : IActorsClient
{
    private readonly Dictionary<InvocationId, Queue<InvocationView>> _views = [];

    public List<string> Signals { get; } = [];

    /// <summary>If true, watching goes on until it is cancelled.</summary>
    public bool NeverEnds { get; init; }

    /// <summary>Views given before the last one, oldest first.</summary>
    public InvocationView[] Earlier { get; init; } = [];

    public int ViewsLeft(InvocationId id) => _views[id].Count;

    public Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default)
    {
        var view = outcome(request);
        _views[view.Id] = new Queue<InvocationView>([.. Earlier, view]);
        return Task.FromResult(new StartResult(view.Id, true, InvocationStatus.Running, "c"));
    }

    public Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        Task.FromResult(_views[id].Count > 1 ? _views[id].Dequeue() : _views[id].Peek());

    public async IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return new HistoryEvent(1, "Started", default, null, 0, Payload.Null);
        if (NeverEnds) await Task.Delay(Timeout.Infinite, cancellationToken);
        yield return new HistoryEvent(2, "Completed", default, null, 0, Payload.Null);
    }

    public Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default)
    {
        Signals.Add($"{signal} {payload} {signalId}");
        return Task.CompletedTask;
    }

    public Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
