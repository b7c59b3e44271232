using Actors.Core.Invocations;
using Actors.Grains.Hosting;

namespace Actors.Grains.Invocations;

/// <summary>Starts an invocation.</summary>
/// <param name="Definition">Content hash of a registered definition.</param>
/// <param name="Input">Checked against the schema by the sender.</param>
/// <param name="CorrelationId">Correlation id.</param>
/// <param name="Policy">If it exists.</param>
/// <param name="Parent">The step that waits for its end; null: none.</param>
/// <param name="TraceParent">W3C trace parent; null: none.</param>
/// <param name="IsIdNew">Whether the sender has just made up the id.</param>
/// <param name="StartId">The same for all repeats of a start that replaces; null: each one replaces.</param>
public sealed record StartInvocation(
    string Definition, Payload Input, string CorrelationId, StartPolicy Policy,
    ParentStep? Parent = null, string? TraceParent = null, bool IsIdNew = false, string? StartId = null)
    : GrainRequest<StartReply>, IFirstMessage;

/// <summary>The invocation exists, durably.</summary>
/// <param name="Created">Whether this start created a run.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CorrelationId">Its correlation id.</param>
public sealed record StartReply(bool Created, InvocationStatus Status, string CorrelationId) : GrainReply;

/// <summary>Sends a signal.</summary>
/// <param name="Signal">Name.</param>
/// <param name="SignalId">For deduplication; null: none.</param>
/// <param name="Data">Payload.</param>
public sealed record SignalInvocation(string Signal, string? SignalId, Payload Data) : GrainRequest<Done>;

/// <summary>Cancels.</summary>
/// <param name="Reason">For people; null: none.</param>
public sealed record CancelInvocation(string? Reason) : GrainRequest<Done>;

/// <summary>Pauses.</summary>
public sealed record PauseInvocation : GrainRequest<Done>;

/// <summary>Resumes.</summary>
public sealed record ResumeInvocation : GrainRequest<Done>;

/// <summary>Retries from the failed steps.</summary>
public sealed record RetryInvocation : GrainRequest<Done>;

/// <summary>Reads the state.</summary>
public sealed record ReadInvocation : GrainRequest<InvocationReply>, IRepeatable;

/// <summary>Asks how far it is: costs the same however many steps there are.</summary>
public sealed record AskPosition : GrainRequest<InvocationPosition>, IRepeatable;

/// <summary>How far an invocation is.</summary>
/// <param name="Sequence">Of its last event.</param>
/// <param name="HasEnded">Whether its current run has ended.</param>
public sealed record InvocationPosition(long Sequence, bool HasEnded) : GrainReply;

/// <summary>Answers when the current run has ended.</summary>
public sealed record AwaitInvocation : GrainRequest<InvocationReply>, IRepeatable;

/// <summary>The state.</summary>
/// <param name="View">The view.</param>
public sealed record InvocationReply(InvocationView View) : GrainReply;

/// <summary>Asks why it waits.</summary>
public sealed record ExplainInvocation : GrainRequest<ExplanationReply>, IRepeatable;

/// <summary>Why it waits.</summary>
/// <param name="Explanation">The explanation.</param>
public sealed record ExplanationReply(Explanation Explanation) : GrainReply;

/// <summary>Tells a parent that a child has ended, or can't be started.</summary>
/// <param name="Run">Run of the parent.</param>
/// <param name="Step">Step of the parent.</param>
/// <param name="Attempt">Attempt of that step.</param>
/// <param name="Output">Output of the child; null if it has none.</param>
/// <param name="Failure">Why it has none.</param>
public sealed record ChildEnded(int Run, StepRef Step, int Attempt, Payload? Output, Failure? Failure) : GrainMessage;
