using System.Diagnostics;
using System.Runtime.CompilerServices;
using Actors.Core.Invocations;
using Actors.Core.JsonPath;
using Actors.Core.Processes;
using Actors.Core.Text;
using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Journal;

namespace Actors.Silo.Embedded.Client;

/// <summary>
/// The client of the engine in the same process: no wire, no copies. Can be handed out before the engine runs.
/// </summary>
/// <param name="engine">Gives the running engine's parts, or throws <see cref="UnavailableException"/>.</param>
internal sealed class EmbeddedActorsClient(Func<EngineParts> engine) : IActorsClient
{
    private static readonly TimeSpan RoomPauseFirst = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RoomPauseMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimerMax = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public async Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default)
    {
        CheckName("tenant", request.Tenant);
        CheckName("process", request.Process);
        await engine().Deployment.RefreshAsync(request.Process, cancellationToken);
        var definition = Find(request.Process);
        CheckInput(definition, request.Input);
        var key = KeyOf(definition, request);
        var id = new InvocationId(request.Tenant, request.Process, key ?? NewId());
        if (request is { Policy: StartPolicy.Replace, FallbackKey: { } startId } && !Names.IsId(startId))
            throw new InvalidNameException(IdRule("fallback key", startId));
        var correlation = request.CorrelationId ?? Activity.Current?.TraceId.ToHexString() ?? NewId();
        if (!Names.IsId(correlation)) throw new InvalidNameException(IdRule("correlation id", correlation));
        var start = new StartInvocation(
            definition.Hash, request.Input, correlation, request.Policy, TraceParent: Activity.Current?.Id,
            IsIdNew: key is null, StartId: request.Policy == StartPolicy.Replace ? request.FallbackKey : null);
        var reply = definition is { IsPipeline: true, IsDirect: false }
            ? await StartAdmittedAsync(definition, id, start, cancellationToken)
            : await CallAsync<StartReply, StartReply>(id.Key, start, id, cancellationToken);
        return new StartResult(id, reply.Created, reply.Status, reply.CorrelationId);
    }

    /// <summary>
    /// Starts once the first queue of the pipeline has room; gives the place back if no run was started.
    /// </summary>
    private async ValueTask<StartReply> StartAdmittedAsync(
        CompiledProcess definition, InvocationId id, StartInvocation start, CancellationToken cancellationToken)
    {
        var host = engine().Edge;
        var capacity = definition.Map.Pipeline!.Capacity;
        if (!await host.AdmitAsync(id, capacity, cancellationToken))
            throw new OverloadedException(
                $"the first queue of pipeline '{id.Process}' is full ({capacity} wait); try again later");
        var isUsed = false;
        try
        {
            var reply = await CallAsync<StartReply, StartReply>(id.Key, start, id, cancellationToken);
            isUsed = reply.Created;
            return reply;
        }
        finally
        {
            if (!isUsed) host.CancelAdmission(id);
        }
    }

    public async Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default)
    {
        var parts = engine();
        try
        {
            var read = new ReadInvocation();
            return (await CallAsync<InvocationReply, InvocationReply>(Check(id).Key, read, id, cancellationToken)).View;
        }
        catch (StoreFullException)
        {
            // The read stood behind events that found no room; what is durable can still be told.
            var state = await ReadDurableAsync(parts, id, cancellationToken);
            return InvocationViews.Of(state, parts.Host.Time.GetUtcNow());
        }
    }

    /// <summary>How far an invocation is; unlike a view it costs the same however many steps there are.</summary>
    public async ValueTask<InvocationPosition> PositionAsync(
        InvocationId id, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CallAsync<InvocationPosition, InvocationPosition>(
                Check(id).Key, new AskPosition(), id, cancellationToken);
        }
        catch (StoreFullException)
        {
            var state = await ReadDurableAsync(engine(), id, cancellationToken);
            return new InvocationPosition(state.Sequence, state.Phase == InvocationPhase.Ended);
        }
    }

    public async Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default)
    {
        CheckName("tenant", filter.Tenant);
        var rows = InvocationLists.FilterOf(filter);
        try
        {
            return InvocationLists.Of(await engine().Store.ListAsync(rows, cancellationToken));
        }
        catch (ArgumentException) when (filter.Cursor is not null)
        {
            // The page size is checked above: it is the cursor that the store refuses.
            throw new InvalidPayloadException(
                $"cursor '{Shorten(filter.Cursor)}' is not one that a list gave; take it from the previous page, or " +
                "leave it out");
        }
    }

    public async Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Check(id);
        // Of 49 days and more there is no timer; the process will not wait so long.
        using var timer = WaitTimeout.Of(timeout) is { } time && time < TimerMax
            ? new CancellationTokenSource(time, engine().Edge.Time)
            : null;
        using var linked = timer is null
            ? null
            : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        var token = linked?.Token ?? cancellationToken;
        try
        {
            var reply = await RoomyAsync(
                () => CallAsync<InvocationReply, InvocationReply>(id.Key, new AwaitInvocation(), id, token), token);
            return reply.View;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await GetAsync(id, cancellationToken);
        }
    }

    public Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default)
    {
        CheckName("signal", signal);
        if (signalId is not null && !Names.IsId(signalId))
            throw new InvalidNameException(IdRule("signal id", signalId));
        return SteerAsync(id, new SignalInvocation(signal, signalId, payload), cancellationToken);
    }

    public Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default) =>
        SteerAsync(id, new CancelInvocation(reason), cancellationToken);

    public Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        SteerAsync(id, new PauseInvocation(), cancellationToken);

    public Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        SteerAsync(id, new ResumeInvocation(), cancellationToken);

    public Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        SteerAsync(id, new RetryInvocation(), cancellationToken);

    public async Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default)
    {
        if (countMax is < 1 or > 10_000)
            throw new InvalidPayloadException($"count is {countMax}; it may be 1 to 10000");
        return await new HistoryReader(engine().Store).ReadAsync(Check(id), after, countMax, cancellationToken);
    }

    public async Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default)
    {
        var parts = engine();
        try
        {
            var ask = new ExplainInvocation();
            var reply = await CallAsync<ExplanationReply, ExplanationReply>(Check(id).Key, ask, id, cancellationToken);
            return QueueReasons.NamedIn(reply.Explanation, parts.Host.Workers.WaitsOf(id));
        }
        catch (StoreFullException)
        {
            return InvocationExplainer.Explain(await ReadDurableAsync(parts, id, cancellationToken));
        }
    }

    public async IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var grown = new SemaphoreSlim(0);
        await using var subscription = engine().Edge.Subscribe(Check(id).Key, _ => grown.Release());
        var old = new OldViews();
        while (true)
        {
            var page = await new HistoryReader(engine().Store).ReadAsync(id, after, 1000, cancellationToken);
            foreach (var e in page.Events) yield return e;
            if (page.Events.Count > 0)
            {
                after = page.Events[^1].Sequence;
                continue;
            }

            // Detached steps and a retry can add to a history behind an end; a watch is over with the run. What was
            // appended between the two reads is still to come.
            var position = await PositionAsync(id, cancellationToken);
            if (position.Sequence > after) continue;
            if (old.Has(position, after))
            {
                await Task.Delay(OldViews.Pause, engine().Edge.Time, cancellationToken);
                continue;
            }

            if (position.HasEnded) yield break;
            if (engine().Host.StoreStopped is { } stopped) throw stopped;
            await grown.WaitAsync(cancellationToken);
        }
    }

    public async Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Check(id);
        if (operationId is not null && !Names.IsId(operationId))
            throw new InvalidNameException(IdRule("operation id", operationId));
        var call = new CallOperation(operation, input, operationId, Activity.Current?.TraceId.ToHexString());
        var reply = await engine().Edge.CallAsync(id.Key, call, cancellationToken);
        return reply switch
        {
            OperationReply done => done.Result,
            Refused refused => throw EdgeErrors.ToException(refused.Failure, null),
            _ => throw new InvalidOperationException($"an entity answered {reply.GetType().Name}"),
        };
    }

    public async Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default)
    {
        var key = Check(id).Key;
        var reply = await RoomyAsync(
            () => engine().Edge.CallAsync(key, new ReadEntity(), cancellationToken), cancellationToken);
        return reply switch
        {
            EntityStateReply state => state.State,
            Refused refused => throw EdgeErrors.ToException(refused.Failure, null),
            _ => throw new InvalidOperationException($"an entity answered {reply.GetType().Name}"),
        };
    }

    public async Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default)
    {
        await engine().Deployment.RefreshAsync(null, cancellationToken);
        return [.. engine().Catalog.Current.Select(ProcessViews.Of)];
    }

    public async Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default) =>
        ProcessViews.Of(await engine().Deployment.DeployAsync(definition, cancellationToken));

    private static Task<InvocationState> ReadDurableAsync(
        EngineParts parts, InvocationId id, CancellationToken cancellationToken) =>
        new InvocationReader(parts.Store, parts.Catalog).ReadAsync(id, cancellationToken);

    /// <summary>
    /// Asks again, after pauses of 50 ms growing to 1 s, as long as the answer stands behind events that find no room
    /// in the store.
    /// </summary>
    private async ValueTask<T> RoomyAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        for (var pause = RoomPauseFirst; ; pause = pause * 2 < RoomPauseMax ? pause * 2 : RoomPauseMax)
        {
            try
            {
                return await ask();
            }
            catch (StoreFullException)
            {
                await Task.Delay(pause, engine().Edge.Time, cancellationToken);
            }
        }
    }

    private async Task SteerAsync(InvocationId id, GrainRequest<Done> request, CancellationToken cancellationToken) =>
        await CallAsync<Done, Done>(Check(id).Key, request, id, cancellationToken);

    private async ValueTask<TReply> CallAsync<TRequest, TReply>(
        GrainKey key, GrainRequest<TRequest> request, InvocationId id, CancellationToken cancellationToken)
        where TRequest : GrainReply
        where TReply : GrainReply
    {
        var reply = await engine().Edge.CallAsync(key, request, cancellationToken);
        return reply switch
        {
            TReply expected => expected,
            Refused refused => throw EdgeErrors.ToException(refused.Failure, id),
            _ => throw new InvalidOperationException($"'{id}' answered {reply.GetType().Name}"),
        };
    }

    private CompiledProcess Find(string process)
    {
        if (engine().Catalog.TryGetCurrent(process, out var definition)) return definition;
        var near = Spelling.Nearest(process, engine().Catalog.Current.Select(p => p.Map.Process));
        var hint = near is null
            ? "; 'actors list --processes' names those there are"
            : $"; did you mean '{near}'?";
        throw new NotFoundException($"there is no process '{process}'{hint}");
    }

    private static void CheckInput(CompiledProcess definition, Payload input)
    {
        if (definition.InputSchema?.Validate(input.ToElement()) is not { IsEmpty: false } violations) return;
        throw new InvalidPayloadException(
            $"the input does not fit the schema of process '{definition.Map.Process}': " +
            string.Join("; ", violations.Select(v => v.ToString())));
    }

    private string NewId() => engine().Host.Runtime.NewId();

    private static string? KeyOf(CompiledProcess definition, StartRequest request)
    {
        var key = request.Key ?? KeyInInput(definition, request.Input) ?? request.FallbackKey;
        return key is null || Names.IsId(key) ? key : throw new InvalidNameException(IdRule("idempotency key", key));
    }

    private static string? KeyInInput(CompiledProcess definition, Payload input)
    {
        if (definition.Key is not { } path) return null;
        if (path.TrySelectSingle(new ElementView(input.ToElement()), out var value) &&
            value.ValueKind is System.Text.Json.JsonValueKind.String or System.Text.Json.JsonValueKind.Number)
            return value.ToString();
        throw new InvalidPayloadException(
            $"the key '{definition.Map.Key}' of process '{definition.Map.Process}' finds no text or number in the " +
            "input; give it there, or give an idempotency key");
    }

    private static InvocationId Check(InvocationId id)
    {
        CheckName("tenant", id.Tenant);
        CheckName("process", id.Process);
        return Names.IsId(id.Id) ? id : throw new InvalidNameException(IdRule("invocation id", id.Id));
    }

    private static EntityId Check(EntityId id)
    {
        CheckName("tenant", id.Tenant);
        CheckName("entity type", id.Type);
        return Names.IsId(id.Id) ? id : throw new InvalidNameException(IdRule("entity id", id.Id));
    }

    private static void CheckName(string what, string name)
    {
        if (!Names.IsName(name))
            throw new InvalidNameException(
                $"'{Shorten(name)}' is not a valid {what}: a name starts with a letter or digit and has letters, " +
                $"digits and _ - . : only, no '..', at most {Names.NameCharactersMax} characters");
    }

    private static string IdRule(string what, string id) =>
        $"'{Shorten(id)}' is not a valid {what}: it has 1 to {Names.IdCharactersMax} characters, none of them a " +
        "control character";

    private static string Shorten(string? text) => text is null ? "" : text.Length <= 80 ? text : text[..80] + "…";
}
