namespace Actors.Silo.Tests.Engine;

/// <summary>One invocation of the fake engine. Everything happens under the engine's lock.</summary>
internal sealed class FakeRun(InvocationId id, string correlation, Payload input, TimeProvider time)
{
    private readonly HashSet<string> _signals = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public InvocationId Id { get; } = id;

    public string Correlation { get; } = correlation;

    public Payload Input { get; private set; } = input;

    public int Run { get; private set; } = 1;

    public bool HasFailedOnce { get; set; }

    public InvocationStatus Status { get; private set; } = InvocationStatus.Running;

    public Payload Output { get; private set; }

    public Failure? Failure { get; private set; }

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    public DateTimeOffset? EndedAt { get; private set; }

    public List<HistoryEvent> Events { get; } = [];

    public bool HasEnded =>
        Status is InvocationStatus.Completed or InvocationStatus.Failed or InvocationStatus.Cancelled;

    /// <summary>Completes at the next event.</summary>
    public Task Changed => _changed.Task;

    public bool IsNew(string signalId) => _signals.Add(signalId);

    public void Replace(Payload input)
    {
        (Input, Run, Output, Failure, EndedAt) = (input, Run + 1, Payload.Null, null, null);
        Move("Started", InvocationStatus.Running, input);
    }

    public void Complete(Payload output)
    {
        (Output, EndedAt) = (output, time.GetUtcNow());
        Move("Completed", InvocationStatus.Completed, output);
    }

    public void End(string type, InvocationStatus status, Failure failure)
    {
        (Failure, EndedAt) = (failure, time.GetUtcNow());
        Move(type, status, Payload.From(failure));
    }

    public void Reopen(string type)
    {
        (Failure, EndedAt) = (null, null);
        Move(type, InvocationStatus.Running, Payload.Null);
    }

    public void Move(string type, InvocationStatus status, Payload data = default)
    {
        Status = status;
        Events.Add(new HistoryEvent(Events.Count + 1, type, time.GetUtcNow(), null, 0, data));
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    public InvocationView View() => new()
    {
        InvocationId = Id.Id,
        Tenant = Id.Tenant,
        Process = Id.Process,
        Version = 1,
        Definition = "fake",
        Status = Status,
        Run = Run,
        CorrelationId = Correlation,
        Input = Input,
        Output = Output,
        Failure = Failure,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        DurationMs = ((EndedAt ?? time.GetUtcNow()) - StartedAt).TotalMilliseconds,
        Sequence = Events.Count,
        Steps =
        [
            new StepView
            {
                Name = "only",
                Status = Status == InvocationStatus.Completed ? StepStatus.Succeeded : StepStatus.Waiting,
                Result = Status == InvocationStatus.Completed ? Output : null,
            },
        ],
    };

    public InvocationSummary Summary() =>
        new(Id.Id, Id.Tenant, Id.Process, Status, Correlation, StartedAt, EndedAt, WakeAt: null);
}
