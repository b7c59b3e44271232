using System.Text.Json;
using Actors.Core.Journaling;

namespace Actors.Core.Invocations;

/// <summary>
/// What happened to an invocation. Times are microseconds since the start of the run
/// (<see cref="InvocationEvent.Started"/> alone holds an absolute time). As JSON each is an array: kind number, then
/// its fields by position. Kinds and positions are frozen; golden files hold them.
/// </summary>
public abstract record InvocationEvent : IJournalEvent
{
    private InvocationEvent(long at) => At = at;

    /// <summary>When it was decided, in microseconds since the start of the run.</summary>
    public long At { get; }

    /// <summary>Frozen number of the kind of event.</summary>
    internal abstract int Kind { get; }

    /// <inheritdoc/>
    public void WriteTo(EventWriter writer)
    {
        var json = writer.Json;
        json.WriteStartArray();
        json.WriteNumberValue(Kind);
        WriteFields(writer, json);
        json.WriteEndArray();
    }

    /// <summary>Writes the fields behind the kind.</summary>
    private protected abstract void WriteFields(EventWriter writer, Utf8JsonWriter json);

    /// <summary>An event about one step, or one item of a mapped step.</summary>
    public abstract record OfStep : InvocationEvent
    {
        private protected OfStep(StepRef step, long at) : base(at) => Step = step;

        /// <summary>Which.</summary>
        public StepRef Step { get; }
    }

    /// <summary>A run began.</summary>
    /// <param name="Definition">Content hash of the definition that this run is pinned to.</param>
    /// <param name="Run">From 1.</param>
    /// <param name="StartedAt">Absolute time; all others are relative to it.</param>
    /// <param name="CorrelationId">Correlation id.</param>
    /// <param name="Input">Input.</param>
    /// <param name="Parent">The step that waits for its end; null: none.</param>
    /// <param name="TraceParent">W3C trace parent of the trigger; null: none.</param>
    /// <param name="StartId">Names the start that replaced the run before; null: not named, or none did.</param>
    public sealed record Started(
        string Definition, int Run, DateTimeOffset StartedAt, string CorrelationId, Payload Input,
        ParentStep? Parent, string? TraceParent, string? StartId = null) : InvocationEvent(0)
    {
        internal override int Kind => 1;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            json.WriteStringValue(Definition);
            json.WriteNumberValue(Run);
            json.WriteNumberValue(Micros.OfTime(StartedAt));
            json.WriteStringValue(CorrelationId);
            writer.WritePayload(Input);
            InvocationEventCodec.WriteParent(json, Parent);
            json.WriteStringValue(TraceParent);
            if (StartId is not null) json.WriteStringValue(StartId);
        }
    }

    /// <summary>
    /// An attempt is to be made: of the step, or of its compensation. Persisted before it is handed out.
    /// </summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    /// <param name="Attempt">From 1.</param>
    /// <param name="IsUndo">Whether it is the compensation.</param>
    /// <param name="Due">For delays when they are over, for waits and children when they give up; null: nothing is
    /// due.</param>
    public sealed record StepScheduled(StepRef Step, long At, int Attempt, bool IsUndo = false, long? Due = null)
        : OfStep(Step, At)
    {
        internal override int Kind => IsUndo ? 22 : 2;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            InvocationEventCodec.WriteHead(json, Step, At, Attempt);
            if (Due is { } due) json.WriteNumberValue(due);
        }
    }

    /// <summary>The step, or its compensation, is done.</summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    /// <param name="Attempt">Which attempt.</param>
    /// <param name="Result">Its result; of a compensation null.</param>
    /// <param name="IsUndo">Whether it is the compensation.</param>
    public sealed record StepSucceeded(StepRef Step, long At, int Attempt, Payload Result, bool IsUndo = false)
        : OfStep(Step, At)
    {
        internal override int Kind => IsUndo ? 23 : 3;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            InvocationEventCodec.WriteHead(json, Step, At, Attempt);
            if (!IsUndo) writer.WritePayload(Result);
        }
    }

    /// <summary>An attempt failed.</summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    /// <param name="Attempt">Which attempt.</param>
    /// <param name="Failure">Why.</param>
    /// <param name="RetryAt">When the next attempt is due; null: there is none, the step has failed for good.</param>
    /// <param name="IsUndo">Whether it is the compensation.</param>
    public sealed record StepFailed(
        StepRef Step, long At, int Attempt, Failure Failure, long? RetryAt, bool IsUndo = false) : OfStep(Step, At)
    {
        internal override int Kind => IsUndo ? 24 : 4;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            InvocationEventCodec.WriteHead(json, Step, At, Attempt);
            InvocationEventCodec.WriteFailure(json, Failure);
            if (RetryAt is { } retryAt) json.WriteNumberValue(retryAt);
        }
    }

    /// <summary>The step will not run: its condition was false, or a result it asks for does not exist.</summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    public sealed record StepSkipped(StepRef Step, long At) : OfStep(Step, At)
    {
        internal override int Kind => 5;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            InvocationEventCodec.WriteHead(json, Step, At);
    }

    /// <summary>The step has ended without being done, because nobody wants it any more.</summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    /// <param name="IsUncertain">Whether an attempt may have had its effect.</param>
    public sealed record StepCancelled(StepRef Step, long At, bool IsUncertain) : OfStep(Step, At)
    {
        internal override int Kind => 6;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            InvocationEventCodec.WriteHead(json, Step, At);
            json.WriteBooleanValue(IsUncertain);
        }
    }

    /// <summary>
    /// Nobody wants the step any more, but an attempt of it is running: it is told to stop, and its outcome awaited.
    /// </summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    /// <param name="Because">What the step will have failed with: its child did not end in time. Null: nobody wants it
    /// any more.</param>
    public sealed record StepCancelRequested(StepRef Step, long At, Failure? Because = null) : OfStep(Step, At)
    {
        internal override int Kind => 7;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            InvocationEventCodec.WriteHead(json, Step, At);
            if (Because is not null) InvocationEventCodec.WriteFailure(json, Because);
        }
    }

    /// <summary>A mapped step found its collection, or goes on with it behind what a retry did again.</summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    /// <param name="Count">How many items.</param>
    public sealed record StepExpanded(StepRef Step, long At, int Count) : OfStep(Step, At)
    {
        internal override int Kind => 8;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            InvocationEventCodec.WriteHead(json, Step, At);
            json.WriteNumberValue(Count);
        }
    }

    /// <summary>The time of a join with a deadline is up: the step goes on with what there is.</summary>
    /// <param name="Step">The step that joins.</param>
    /// <param name="At">When.</param>
    public sealed record JoinReleased(StepRef Step, long At) : OfStep(Step, At)
    {
        internal override int Kind => 9;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            InvocationEventCodec.WriteHead(json, Step, At);
    }

    /// <summary>A signal arrived.</summary>
    /// <param name="At">When.</param>
    /// <param name="Signal">Name.</param>
    /// <param name="SignalId">Id for deduplication; null: none.</param>
    /// <param name="Data">Payload.</param>
    public sealed record SignalReceived(long At, string Signal, string? SignalId, Payload Data) : InvocationEvent(At)
    {
        internal override int Kind => 10;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            json.WriteNumberValue(At);
            json.WriteStringValue(Signal);
            json.WriteStringValue(SignalId);
            writer.WritePayload(Data);
        }
    }

    /// <summary>A step took the oldest signal of a name that had arrived; its payload is the step's result.</summary>
    /// <param name="Step">Which.</param>
    /// <param name="At">When.</param>
    /// <param name="Signal">Name.</param>
    public sealed record SignalTaken(StepRef Step, long At, string Signal) : OfStep(Step, At)
    {
        internal override int Kind => 11;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            InvocationEventCodec.WriteHead(json, Step, At);
            json.WriteStringValue(Signal);
        }
    }

    /// <summary>
    /// The invocation is going to end without an output: no further step is started, what was done will be undone.
    /// </summary>
    /// <param name="At">When.</param>
    /// <param name="Failure">Why.</param>
    /// <param name="IsCancellation">Whether somebody cancelled it.</param>
    public sealed record Stopping(long At, Failure Failure, bool IsCancellation) : InvocationEvent(At)
    {
        internal override int Kind => 12;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            json.WriteNumberValue(At);
            InvocationEventCodec.WriteFailure(json, Failure);
            json.WriteBooleanValue(IsCancellation);
        }
    }

    /// <summary>All that was running has ended: compensation begins, in reverse dependency order.</summary>
    /// <param name="At">When.</param>
    public sealed record CompensationBegan(long At) : InvocationEvent(At)
    {
        internal override int Kind => 13;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            json.WriteNumberValue(At);
    }

    /// <summary>The run ended with an output.</summary>
    /// <param name="At">When.</param>
    /// <param name="Output">The output.</param>
    public sealed record Completed(long At, Payload Output) : InvocationEvent(At)
    {
        internal override int Kind => 14;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            json.WriteNumberValue(At);
            writer.WritePayload(Output);
        }
    }

    /// <summary>The run ended with the failure that stopped it.</summary>
    /// <param name="At">When.</param>
    public sealed record Failed(long At) : InvocationEvent(At)
    {
        internal override int Kind => 15;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            json.WriteNumberValue(At);
    }

    /// <summary>The run ended by cancellation.</summary>
    /// <param name="At">When.</param>
    public sealed record Cancelled(long At) : InvocationEvent(At)
    {
        internal override int Kind => 16;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            json.WriteNumberValue(At);
    }

    /// <summary>No further step is started until <see cref="Resumed"/>.</summary>
    /// <param name="At">When.</param>
    public sealed record Paused(long At) : InvocationEvent(At)
    {
        internal override int Kind => 17;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            json.WriteNumberValue(At);
    }

    /// <summary>A pause is over.</summary>
    /// <param name="At">When.</param>
    public sealed record Resumed(long At) : InvocationEvent(At)
    {
        internal override int Kind => 18;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            json.WriteNumberValue(At);
    }

    /// <summary>A run that had failed goes on from the steps that failed or were undone.</summary>
    /// <param name="At">When.</param>
    public sealed record Retried(long At) : InvocationEvent(At)
    {
        internal override int Kind => 19;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json) =>
            json.WriteNumberValue(At);
    }

    /// <summary>A start with policy replace was accepted: its run begins when this one has ended.</summary>
    /// <param name="At">When.</param>
    /// <param name="Definition">Definition of the next run.</param>
    /// <param name="CorrelationId">Its correlation id.</param>
    /// <param name="Input">Its input.</param>
    /// <param name="StartId">Names the start; null: not named.</param>
    public sealed record ReplacementQueued(
        long At, string Definition, string CorrelationId, Payload Input, string? StartId = null) : InvocationEvent(At)
    {
        internal override int Kind => 20;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            json.WriteNumberValue(At);
            json.WriteStringValue(Definition);
            json.WriteStringValue(CorrelationId);
            writer.WritePayload(Input);
            if (StartId is not null) json.WriteStringValue(StartId);
        }
    }

    /// <summary>The start that was to replace this run was cancelled before its run began.</summary>
    /// <param name="At">When.</param>
    /// <param name="Failure">Why.</param>
    public sealed record ReplacementCancelled(long At, Failure Failure) : InvocationEvent(At)
    {
        internal override int Kind => 25;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            json.WriteNumberValue(At);
            InvocationEventCodec.WriteFailure(json, Failure);
        }
    }

    /// <summary>Children that have been silent are started again, which changes nothing for one that runs.</summary>
    /// <param name="At">When.</param>
    /// <param name="NextAt">When they are asked after again, if they are silent still.</param>
    public sealed record ChildrenAsked(long At, long NextAt) : InvocationEvent(At)
    {
        internal override int Kind => 21;

        private protected override void WriteFields(EventWriter writer, Utf8JsonWriter json)
        {
            json.WriteNumberValue(At);
            json.WriteNumberValue(NextAt);
        }
    }
}

/// <summary>A step, or one item of a mapped step.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Item">Position in the collection; -1 for the step as a whole.</param>
public readonly record struct StepRef(string Name, int Item = -1)
{
    /// <summary><c>name</c> or <c>name[item]</c>.</summary>
    public override string ToString() => Item < 0 ? Name : $"{Name}[{Item}]";

    /// <summary>A step as a whole.</summary>
    public static implicit operator StepRef(string name) => new(name);
}

/// <summary>The step of another invocation that started this one and waits for its end.</summary>
/// <param name="Invocation">The parent.</param>
/// <param name="Run">Its run.</param>
/// <param name="Step">Its step.</param>
/// <param name="Attempt">The attempt.</param>
public sealed record ParentStep(InvocationId Invocation, int Run, StepRef Step, int Attempt);
