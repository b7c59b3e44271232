using System.Globalization;
using System.Runtime.CompilerServices;

namespace Actors.Silo.Tests.Engine;

/// <summary>
/// An engine in memory that keeps the contract of <see cref="IActorsClient"/> for a handful of processes, and fails on
/// demand in ways that are hard to provoke in the real one.
/// </summary>
internal sealed class FakeEngine : IActorsClient
{
    private readonly Lock _lock = new();
    private readonly Dictionary<InvocationId, FakeRun> _runs = [];
    private readonly Dictionary<EntityId, (int Value, Dictionary<string, int> Done)> _counters = [];
    private readonly TimeProvider _time = TimeProvider.System;
    private int _fresh;

    /// <summary>Asked before every call but watching; what it returns is thrown.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    /// <summary>Asked after every start; what it returns is thrown although the start has happened.</summary>
    public Func<Exception?> FaultAfterStart { get; set; } = () => null;

    /// <summary>Completes when somebody waits for the end of an invocation that goes on.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Starts { get; private set; }

    public Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default)
    {
        StartResult result;
        lock (_lock)
        {
            Enter("start");
            CheckStart(request);
            var key = request.Key ?? KeyOf(request) ?? request.FallbackKey ?? $"fresh-{++_fresh}";
            if (!Names.IsId(key)) throw new InvalidNameException($"'{key}' is not an id");
            result = Start(request, new InvocationId(request.Tenant, request.Process, key));
        }

        return FaultAfterStart() is { } fault ? Task.FromException<StartResult>(fault) : Task.FromResult(result);
    }

    public Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        Locked("get", () => Find(id).View());

    public Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default) =>
        Locked("list", () =>
    {
        if (!int.TryParse(filter.Cursor ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var skip))
            throw new InvalidPayloadException($"cursor '{filter.Cursor}' is not one that a list gave");
        var all = _runs.Values.Reverse()
            .Where(r => r.Id.Tenant == filter.Tenant)
            .Where(r => filter.Process is null || r.Id.Process == filter.Process)
            .Where(r => filter.Status is null || r.Status == filter.Status)
            .Where(r => filter.CorrelationId is null || r.Correlation == filter.CorrelationId)
            .Where(r => filter.StartedFrom is null || r.StartedAt >= filter.StartedFrom)
            .Where(r => filter.StartedBefore is null || r.StartedAt < filter.StartedBefore)
            .ToList();
        var page = all.Skip(skip).Take(filter.CountMax).Select(r => r.Summary()).ToList();
        var next = skip + page.Count;
        return new InvocationList(page, next < all.Count ? next.ToString(CultureInfo.InvariantCulture) : null);
    });

    public async Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        using var time = WaitTimeout.Of(timeout) is { TotalDays: < 49 } most
            ? new CancellationTokenSource(most, _time)
            : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        while (true)
        {
            var (run, changed) = await Locked("wait", () => (Find(id), Find(id).Changed));
            if (run.HasEnded) return run.View();
            try
            {
                var waits = changed.WaitAsync(either.Token);
                Waiting.TrySetResult();
                await waits;
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return run.View();
            }
        }
    }

    public Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default) =>
        Locked("signal", () =>
        {
            var run = Find(id);
            if (run.HasEnded) throw new ConflictException($"invocation '{id}' has ended");
            if (!run.IsNew(signalId ?? $"signal-{++_fresh}")) return 0;
            run.Move("SignalReceived", run.Status, payload);
            if (signal == "approval") run.Complete(Payload.FromJson($$"""{"answer":{{payload}}}"""));
            return 0;
        });

    public Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default) =>
        Locked("cancel", () =>
    {
        if (Find(id) is { HasEnded: false } run)
            run.End("Cancelled", InvocationStatus.Cancelled, Failure.Permanent("cancelled", reason ?? "cancelled"));
        return 0;
    });

    public Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default) => Locked("pause", () =>
    {
        if (Find(id) is { HasEnded: false, Status: not InvocationStatus.Paused } run)
            run.Move("Paused", InvocationStatus.Paused);
        return 0;
    });

    public Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default) => Locked("resume", () =>
    {
        if (Find(id) is { Status: InvocationStatus.Paused } run) run.Move("Resumed", InvocationStatus.Waiting);
        return 0;
    });

    public Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default) => Locked("retry", () =>
    {
        var run = Find(id);
        if (run.Status is not (InvocationStatus.Failed or InvocationStatus.Cancelled))
            throw new ConflictException($"invocation '{id}' has not failed: it is {run.Status}");
        run.Reopen("Retried");
        Go(run);
        return 0;
    });

    public Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default) =>
            Locked("history", () =>
    {
        var run = Find(id);
        return new HistoryPage([.. run.Events.Where(e => e.Sequence > after).Take(countMax)], run.Events.Count);
    });

    public Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        Locked("explain", () =>
    {
        var run = Find(id);
        return new Explanation(run.Status, $"it is {run.Status}", run.HasEnded
            ? []
            : [new WaitReason("only", "signal 'approval'", run.StartedAt, null, "sending signal 'approval'")]);
    });

    public async IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            HistoryEvent[] events;
            Task changed;
            bool ended;
            lock (_lock)
            {
                var run = Find(id);
                (events, changed, ended) = ([.. run.Events.Where(e => e.Sequence > after)], run.Changed, run.HasEnded);
            }

            foreach (var item in events)
            {
                yield return item;
                after = item.Sequence;
            }

            if (ended) yield break;
            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default) =>
        Locked("entity", () =>
        {
            ArgumentNullException.ThrowIfNull(operation);
            if (id.Type != "counter") throw new NotFoundException($"entity type '{id.Type}' is not known");
            if (!string.Equals(operation, "add", StringComparison.OrdinalIgnoreCase))
                throw new NotFoundException($"entity type 'counter' has no operation '{operation}'");
            if (!_counters.TryGetValue(id, out var counter)) counter = (0, []);
            operationId ??= $"operation-{++_fresh}";
            if (counter.Done.TryGetValue(operationId, out var before)) return Payload.From(before);
            var by = input.To<int>();
            if (counter.Value + by < 0) throw new TerminalException($"counter '{id}' can't go below 0", "below-zero");
            counter.Done[operationId] = counter.Value + by;
            _counters[id] = (counter.Value + by, counter.Done);
            return Payload.From(counter.Value + by);
        });

    public Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default) =>
        Locked<Payload?>("entity", () =>
    {
        if (id.Type != "counter") throw new NotFoundException($"entity type '{id.Type}' is not known");
        return _counters.TryGetValue(id, out var counter) ? Payload.FromJson($$"""{"value":{{counter.Value}}}""")
            : null;
    });

    public Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default) =>
        Locked<IReadOnlyList<ProcessView>>("processes", () =>
            [.. Processes.Select(p => new ProcessView(p, 1, "graph", "fake", ["only"], null))]);

    public Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    private static readonly string[] Processes = ["approve", "fragile", "greet", "keyed"];

    private StartResult Start(StartRequest request, InvocationId id)
    {
        if (_runs.TryGetValue(id, out var run))
        {
            if (request.Policy == StartPolicy.Reject) throw new AlreadyStartedException(id);
            if (request.Policy == StartPolicy.Attach)
                return new StartResult(id, Created: false, run.Status, run.Correlation);
            if (!run.HasEnded) run.End(
                "Cancelled", InvocationStatus.Cancelled, Failure.Permanent("replaced", "replaced"));
            run.Replace(request.Input);
        }
        else
        {
            _runs[id] = run = new FakeRun(id, request.CorrelationId ?? $"correlation-{++_fresh}", request.Input, _time);
            run.Move("Started", InvocationStatus.Running, request.Input);
        }

        Starts++;
        Go(run);
        return new StartResult(id, Created: true, run.Status, run.Correlation);
    }

    private static void Go(FakeRun run)
    {
        switch (run.Id.Process)
        {
            case "greet":
                run.Complete(Payload.From(new Dictionary<string, string>
                {
                    ["greeting"] = $"hello {run.Input.ToElement().GetProperty("name").GetString()}",
                }));
                break;
            case "fragile" when !run.HasFailedOnce:
                run.HasFailedOnce = true;
                run.End("Failed", InvocationStatus.Failed,
                    new Failure("broken", "it broke", FailureKind.Permanent, "only", 1));
                break;
            case "fragile":
                run.Complete(Payload.Null);
                break;
            default:
                run.Move("Waiting", InvocationStatus.Waiting);
                break;
        }
    }

    private static void CheckStart(StartRequest request)
    {
        if (!Names.IsName(request.Process)) throw new InvalidNameException($"'{request.Process}' is not a name");
        if (!Processes.Contains(request.Process))
            throw new NotFoundException($"process '{request.Process}' is not known");
        if (request.Process == "greet" &&
            (request.Input.ToElement().ValueKind != System.Text.Json.JsonValueKind.Object || !request.Input.ToElement()
                .TryGetProperty("name", out _)))
            throw new InvalidPayloadException(
                "the input does not fit the schema of process 'greet': 'name' is missing");
    }

    private static string? KeyOf(StartRequest request)
    {
        if (request.Process != "keyed") return null;
        return request.Input.ToElement() is { ValueKind: System.Text.Json.JsonValueKind.Object } input &&
            input.TryGetProperty("orderId", out var order) && order.ValueKind is System.Text.Json.JsonValueKind.String
                ? order.GetString()
                : throw new InvalidPayloadException("the key '$.orderId' finds no text or number in the input");
    }

    private FakeRun Find(InvocationId id) =>
        _runs.TryGetValue(id, out var run) ? run : throw new NotFoundException($"invocation '{id}' is not known");

    private void Enter(string operation)
    {
        if (Fault(operation) is { } fault) throw fault;
    }

    private Task<T> Locked<T>(string operation, Func<T> action)
    {
        try
        {
            lock (_lock)
            {
                Enter(operation);
                return Task.FromResult(action());
            }
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }
}
