namespace Actors;

/// <summary>
/// The client SDK: starts, reads and steers invocations, and calls entities. Three transports implement it, in-process,
/// HTTP and Orleans, under one test suite. Everything it acknowledges is durable. All calls may be repeated: starts by
/// idempotency key, signals and entity calls by id, the rest by nature.
/// </summary>
public interface IActorsClient
{
    /// <summary>Starts an invocation; durable when it returns.</summary>
    /// <exception cref="AlreadyStartedException">The key is taken and the policy is reject.</exception>
    /// <exception cref="NotFoundException">No such process.</exception>
    /// <exception cref="InvalidPayloadException">The input does not fit the process's schema.</exception>
    /// <exception cref="OverloadedException">Try again later.</exception>
    Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default);

    /// <summary>Reads the state of an invocation.</summary>
    /// <exception cref="NotFoundException">No such invocation.</exception>
    Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default);

    /// <summary>Lists invocations, newest first.</summary>
    Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Waits until the invocation has ended or the time is up, and reads its state.</summary>
    /// <param name="id">Which.</param>
    /// <param name="timeout">
    /// At most this long; null or <see cref="Timeout.InfiniteTimeSpan"/>: until it ends or the token is cancelled.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting, not the invocation.</param>
    /// <returns>The state: ended, or where it stood when the time was up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is below zero and not infinite.</exception>
    /// <exception cref="NotFoundException">No such invocation.</exception>
    Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Sends a signal; durable when it returns. The same <paramref name="signalId"/> counts once.</summary>
    /// <exception cref="NotFoundException">No such invocation.</exception>
    /// <exception cref="ConflictException">The invocation has ended.</exception>
    /// <exception cref="OverloadedException">More signals are waiting than an invocation keeps (1,000).</exception>
    Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels: running steps are told to stop, what was done is undone. No-op on one that has ended.
    /// </summary>
    Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>No further step is started; what runs, ends. No-op on one that is paused or has ended.</summary>
    Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default);

    /// <summary>Goes on after a pause. No-op on one that is not paused.</summary>
    Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a failed or cancelled invocation on from the steps that failed or were undone; what succeeded stays.
    /// </summary>
    /// <exception cref="ConflictException">It has not failed.</exception>
    Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the events of an invocation, oldest first.</summary>
    /// <param name="id">Which.</param>
    /// <param name="after">Sequence of the last event known; 0 for all.</param>
    /// <param name="countMax">Size of the page; range 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default);

    /// <summary>Says why an invocation waits: since when, for what, and what would release it.</summary>
    Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields the events of an invocation as they become durable, from <paramref name="after"/> on, until it has
    /// ended.
    /// </summary>
    IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0, CancellationToken cancellationToken = default);

    /// <summary>
    /// Calls an operation of an entity; durable when it returns. The same <paramref name="operationId"/> is applied
    /// once.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is null.</exception>
    /// <exception cref="NotFoundException">No such entity type or operation.</exception>
    /// <exception cref="TerminalException">The operation refused, or led to a state that can't be stored; nothing
    /// changed.</exception>
    Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the state of an entity; null if nothing was ever called on it.</summary>
    Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default);

    /// <summary>Lists the processes that can be started, by name.</summary>
    Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives the engine a process to host; durable when it returns, for all tenants and all silos of the store. New
    /// invocations get it, those that run stay on theirs. What is deployed already changes nothing.
    /// </summary>
    /// <param name="definition">A process file in its JSON form.</param>
    /// <param name="cancellationToken">Ends the waiting; the process may be deployed all the same.</param>
    /// <exception cref="DefinitionException">It breaks the rules; it holds every error.</exception>
    /// <exception cref="ConflictException">The silo hosts another process of that name from its own files or code.
    /// </exception>
    Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default);
}

/// <summary>Typed convenience over <see cref="IActorsClient"/>.</summary>
public static class ActorsClientExtensions
{
    /// <summary>Starts with a typed input.</summary>
    public static Task<StartResult> StartAsync<TInput>(
        this IActorsClient client, string process, TInput input, string? key = null,
        StartPolicy policy = StartPolicy.Attach, CancellationToken cancellationToken = default) =>
        client.StartAsync(
            new StartRequest(process, Payload.From(input)) { Key = key, Policy = policy }, cancellationToken);

    /// <summary>Starts, waits for the end, and reads the output.</summary>
    /// <exception cref="InvocationFailedException">It failed or was cancelled.</exception>
    public static async Task<TOutput?> RunAsync<TInput, TOutput>(
        this IActorsClient client, string process, TInput input, string? key = null,
        CancellationToken cancellationToken = default)
    {
        var started = await client.StartAsync(process, input, key, StartPolicy.Attach, cancellationToken);
        var ended = await client.WaitAsync(started.Id, null, cancellationToken);
        return ended.OutputAs<TOutput>();
    }

    /// <summary>Calls an entity's operation with a typed argument and result.</summary>
    public static async Task<TResult?> CallEntityAsync<TResult>(
        this IActorsClient client, EntityId id, string operation, object? input = null, string? operationId = null,
        CancellationToken cancellationToken = default)
    {
        var argument = input is null ? Payload.Null : Payload.From(input, input.GetType());
        return (await client.CallEntityAsync(id, operation, argument, operationId, cancellationToken)).To<TResult>();
    }
}
