using System.Runtime.CompilerServices;

namespace Actors.Silo.Orleans.Tests.Compliance;

/// <summary>
/// Gives a test tenants of its own behind the names it uses, so that many tests share one cluster and see nothing of
/// each other.
/// </summary>
internal sealed class TenantClient(IActorsClient inner, string own) : IActorsClient
{
    public async Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default)
    {
        try
        {
            var started = await inner.StartAsync(request with { Tenant = In(request.Tenant) }, cancellationToken);
            return started with { Id = Out(started.Id) };
        }
        catch (AlreadyStartedException e)
        {
            throw new AlreadyStartedException(Out(e.Id));
        }
    }

    public async Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        Out(await inner.GetAsync(In(id), cancellationToken));

    public async Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default)
    {
        var page = await inner.ListAsync(filter with { Tenant = In(filter.Tenant) }, cancellationToken);
        return page with { Items = [.. page.Items.Select(i => i with { Tenant = Out(i.Tenant) })] };
    }

    public async Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Out(await inner.WaitAsync(In(id), timeout, cancellationToken));

    public Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default) =>
        inner.SignalAsync(In(id), signal, payload, signalId, cancellationToken);

    public Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default) =>
        inner.CancelAsync(In(id), reason, cancellationToken);

    public Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        inner.PauseAsync(In(id), cancellationToken);

    public Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        inner.ResumeAsync(In(id), cancellationToken);

    public Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        inner.RetryAsync(In(id), cancellationToken);

    public Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default) =>
        inner.HistoryAsync(In(id), after, countMax, cancellationToken);

    public Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        inner.ExplainAsync(In(id), cancellationToken);

    public async IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var e in inner.WatchAsync(In(id), after, cancellationToken)) yield return e;
    }

    public Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default) =>
        inner.CallEntityAsync(In(id), operation, input, operationId, cancellationToken);

    public Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default) =>
        inner.GetEntityAsync(In(id), cancellationToken);

    public Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default) =>
        inner.ListProcessesAsync(cancellationToken);

    public Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default) =>
        inner.DeployAsync(definition, cancellationToken);

    private string In(string tenant) => $"{own}.{tenant}";

    private string Out(string tenant) => tenant[(own.Length + 1)..];

    private InvocationId In(InvocationId id) => id with { Tenant = In(id.Tenant) };

    private InvocationId Out(InvocationId id) => id with { Tenant = Out(id.Tenant) };

    private EntityId In(EntityId id) => id with { Tenant = In(id.Tenant) };

    private InvocationView Out(InvocationView view) => view with { Tenant = Out(view.Tenant) };
}
