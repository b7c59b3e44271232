using System.Net;
using System.Runtime.CompilerServices;
using Actors.Client.Http;

namespace Actors.Client;

/// <summary>
/// The client SDK over a silo's HTTP API. It throws the same exceptions as the in-process client, repeats what may be
/// repeated while the silo is away or busy (<see cref="HttpActorsClientOptions.RetryTimeMax"/>), and is safe for
/// concurrent use. Starts, signals and entity calls without an id of the caller's get a fresh one, so that a
/// repetition does not count twice.
/// </summary>
public sealed class HttpActorsClient : IActorsClient, IDisposable
{
    private readonly HttpClient? _owned;
    private readonly ApiSender _api;

    /// <summary>A client of the silo at an address, with connections of its own.</summary>
    /// <param name="address">Absolute; a path in it is kept in front of the API's.</param>
    /// <param name="options">Settings; null: the defaults.</param>
    public HttpActorsClient(Uri address, HttpActorsClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        _owned = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AllowAutoRedirect = false,
        });
        _api = new ApiSender(_owned, BaseOf(address), (options ?? new HttpActorsClientOptions()).Validated());
    }

    /// <summary>A client over connections of the caller's.</summary>
    /// <param name="http">
    /// With a base address; its timeout has to be longer than <see cref="HttpActorsClientOptions.WaitSlice"/>. Not
    /// disposed.
    /// </param>
    /// <param name="options">Settings; null: the defaults.</param>
    public HttpActorsClient(HttpClient http, HttpActorsClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var address = http.BaseAddress ?? throw new ArgumentException(
            "the HttpClient has no base address; set it to that of the silo", nameof(http));
        _api = new ApiSender(http, BaseOf(address), (options ?? new HttpActorsClientOptions()).Validated());
    }

    /// <inheritdoc/>
    public async Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new ApiRequest(
            HttpMethod.Post, Tenant(request.Tenant), "processes", Name(request.Process, "process"), "invocations")
        {
            Repetition = request.Policy == StartPolicy.Attach ? Repetition.Safe : Repetition.OnlyIfNotDone,
        };
        call.Header("Idempotency-Key", request.Key)
            .Header("X-Fallback-Key", request.FallbackKey ?? FreshId())
            .Header("X-Correlation-Id", request.CorrelationId)
            .Query("policy", request.Policy == StartPolicy.Attach ? null : request.Policy.ToString())
            .Body(request.Input);
        return ApiJson.Read<StartAnswer>((await _api.SendAsync(call, cancellationToken)).Span).ToResult();
    }

    /// <inheritdoc/>
    public Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        ReadAsync<InvocationView>(() => Of(HttpMethod.Get, id), cancellationToken);

    /// <inheritdoc/>
    public Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return ReadAsync<InvocationList>(
            () => ApiRequest.Get(Tenant(filter.Tenant), "invocations")
                .Query("process", filter.Process)
                .Query("status", filter.Status?.ToString())
                .Query("correlation", filter.CorrelationId)
                .Query("from", filter.StartedFrom?.ToString("O"))
                .Query("before", filter.StartedBefore?.ToString("O"))
                .Query("cursor", filter.Cursor)
                .Query("count", filter.CountMax),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        timeout = WaitTimeout.Of(timeout);
        var (time, started) = (_api.Options.Time, _api.Options.Time.GetTimestamp());
        var patience = new Patience(_api.Options);
        while (true)
        {
            var left = timeout - time.GetElapsedTime(started) ?? TimeSpan.MaxValue;
            var slice = left < _api.Options.WaitSlice ? left : _api.Options.WaitSlice;
            if (slice < TimeSpan.Zero) slice = TimeSpan.Zero;
            var asked = time.GetTimestamp();
            var view = await ReadAsync<InvocationView>(
                () => Of(HttpMethod.Get, id, "wait").Query("timeout", Durations.Format(Whole(slice))),
                cancellationToken);
            if (view.HasEnded || timeout is { } all && time.GetElapsedTime(started) >= all) return view;

            // A silo that stops answers early: it gets a pause, and the next request finds its successor.
            if (time.GetElapsedTime(asked) >= slice / 2) patience.Renew();
            else if (!await patience.PauseAsync(null, cancellationToken))
                throw new UnavailableException(
                    $"the silo cuts every wait for invocation '{id}' short: it is stopping, or something between " +
                    "cuts it");
        }
    }

    /// <inheritdoc/>
    public Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default) =>
        DoAsync(
            () => Of(HttpMethod.Post, id, "signals", Name(signal, "signal"))
                .Header("Idempotency-Key", signalId ?? FreshId()).Body(payload),
            cancellationToken);

    /// <inheritdoc/>
    public Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default) =>
        DoAsync(
        () => reason is null
            ? Of(HttpMethod.Post, id, "cancel")
            : Of(HttpMethod.Post, id, "cancel")
                .Body(Payload.From(new Dictionary<string, string>(StringComparer.Ordinal) { ["reason"] = reason })),
        cancellationToken);

    /// <inheritdoc/>
    public Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        DoAsync(() => Of(HttpMethod.Post, id, "pause"), cancellationToken);

    /// <inheritdoc/>
    public Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        DoAsync(() => Of(HttpMethod.Post, id, "resume"), cancellationToken);

    /// <inheritdoc/>
    public Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        DoAsync(() => Of(HttpMethod.Post, id, Repetition.OnlyIfNotDone, "retry"), cancellationToken);

    /// <inheritdoc/>
    public Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default) =>
        ReadAsync<HistoryPage>(
            () => Of(HttpMethod.Get, id, "history").Query("after", after).Query("count", countMax), cancellationToken);

    /// <inheritdoc/>
    public Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        ReadAsync<Explanation>(() => Of(HttpMethod.Get, id, "explain"), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var patience = new Patience(_api.Options);
        while (true)
        {
            using var response = await _api.OpenAsync(
                Of(HttpMethod.Get, id, "events").Query("after", after), cancellationToken);
            if (response.StatusCode == HttpStatusCode.NoContent) yield break;

            using var stream = await EventStream.OpenAsync(response, _api.Options, cancellationToken);
            while (await stream.NextAsync(cancellationToken) is { } item)
            {
                if (item.Sequence <= after) continue;
                after = item.Sequence;
                yield return item;
            }

            // A stream that delivered ends when the invocation does, which the next request tells at once.
            if (stream.IsAlive) patience.Renew();
            if (!stream.HasDelivered && !await patience.PauseAsync(null, cancellationToken))
                throw new UnavailableException(
                    $"the events of invocation '{id}' break off again and again; resume after sequence {after}");
        }
    }

    /// <inheritdoc/>
    public async Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var call = Of(HttpMethod.Post, id, Name(operation, "operation"))
            .Header("Idempotency-Key", operationId ?? FreshId()).Body(input);
        return Payload.FromTrustedUtf8(await _api.SendAsync(call, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default)
    {
        try
        {
            return Payload.FromTrustedUtf8(await _api.SendAsync(Of(HttpMethod.Get, id), cancellationToken));
        }
        catch (TerminalException e) when (e.FailureType == ApiProblem.EntityAbsent)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<ProcessView>>(
            () => ApiRequest.Get(Names.DefaultTenant, "processes"), cancellationToken);

    /// <inheritdoc/>
    public Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default) =>
        ReadAsync<ProcessView>(
            () => ApiRequest.Post(Names.DefaultTenant, "processes").Body(definition), cancellationToken);

    /// <summary>Closes the connections that are its own.</summary>
    public void Dispose() => _owned?.Dispose();

    private async Task<T> ReadAsync<T>(Func<ApiRequest> request, CancellationToken cancellationToken) =>
        ApiJson.Read<T>((await _api.SendAsync(request(), cancellationToken)).Span);

    private async Task DoAsync(Func<ApiRequest> request, CancellationToken cancellationToken) =>
        await _api.SendAsync(request(), cancellationToken);

    private static ApiRequest Of(HttpMethod method, InvocationId id, params string[] rest) =>
        Of(method, id, Repetition.Safe, rest);

    private static ApiRequest Of(HttpMethod method, InvocationId id, Repetition repetition, params string[] rest) =>
        new(method, Tenant(id.Tenant), ["processes", Name(id.Process, "process"), "invocations", Id(id.Id), .. rest])
        {
            Repetition = repetition,
        };

    private static ApiRequest Of(HttpMethod method, EntityId id, params string[] rest) =>
        new(method, Tenant(id.Tenant), ["entities", Name(id.Type, "entity type"), Id(id.Id), .. rest]);

    private static string Tenant(string tenant) => Name(tenant, "tenant");

    private static string Name(string name, string what) => Names.IsName(name)
        ? name
        : throw new InvalidNameException(
            $"'{name}' is not the name of a {what}: it starts with a letter or digit, goes on with letters, digits " +
            $"and _ - . :, and has at most {Names.NameCharactersMax} characters");

    private static string Id(string id) => Names.IsId(id)
        ? id
        : throw new InvalidNameException(
            $"'{id}' is not an id: it has 1 to {Names.IdCharactersMax} characters and no control characters");

    private static string FreshId() => Guid.CreateVersion7().ToString("N");

    private static TimeSpan Whole(TimeSpan slice) => TimeSpan.FromMilliseconds(Math.Ceiling(slice.TotalMilliseconds));

    private static string BaseOf(Uri address) => address is { IsAbsoluteUri: true, Scheme: "http" or "https" }
        ? address.GetLeftPart(UriPartial.Path).TrimEnd('/')
        : throw new ArgumentException(
            $"'{address}' is not the address of a silo; it has to be absolute, such as http://127.0.0.1:5080",
            nameof(address));
}
