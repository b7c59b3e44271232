using System.Collections.Immutable;
using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Core.Templates;
using Actors.Definitions;
using Actors.Grains.Queues;
using Actors.Grains.Work;

namespace Actors.Grains.Invocations;

/// <summary>
/// Makes the work item of an attempt from the state: everything resolved, so that a worker needs nothing else.
/// </summary>
internal static class WorkItemFactory
{
    /// <exception cref="TerminalException">A path or placeholder gives nothing where something is needed.</exception>
    public static WorkItem Create(
        InvocationState state, CompiledStep compiled, StepState step, StepRef reference, bool isUndo,
        DateTimeOffset now)
    {
        var input = InvocationDocument.InputOf(state, compiled, reference.Item);
        var stages = isUndo ? [] : StagesFrom(state, compiled);
        var action = stages.Length > 1
            ? new WorkAction.Stages(stages)
            : Resolve(state, compiled, isUndo, reference.Item, input);
        var stage = isUndo ? null : StageOf(state.Process, compiled);
        var time = isUndo ? null : TimeOf(state, compiled, step, now);
        return new WorkItem(
            KeyOf(state, step, reference, isUndo),
            action,
            input,
            IdempotencyKey(state, step, reference, isUndo),
            state.CorrelationId,
            TimeoutOf(AttemptTimeouts.Of(state.Process, compiled, isUndo), time),
            compiled.Step.Permanent)
        {
            Limit = isUndo || stage is not null && compiled.Step.Limit is { PerSecond: null, Queue: null }
                ? null
                : compiled.Step.Limit,
            Stage = stage,
            TraceParent = state.TraceParent,
            IsPure = stages.Length > 0,
            StepTime = time,
        };
    }

    /// <summary>Names the current attempt.</summary>
    public static WorkKey KeyOf(InvocationState state, StepState step, StepRef reference, bool isUndo) => new(
        state.Id, state.Run, reference.Name, reference.Item, isUndo, isUndo ? step.UndoAttempts : step.Attempts);

    /// <summary>
    /// <c>tenant/process/id/run/step[item]</c>, then <c>/round</c> where the step is done anew after it was undone or
    /// refused, then <c>/undo</c> for its compensation, with a round of its own where that was refused: the same for
    /// all attempts, different for everything else.
    /// </summary>
    public static string IdempotencyKey(InvocationState state, StepState step, StepRef reference, bool isUndo)
    {
        var round = step.Round == 0 ? "" : $"/{step.Round}";
        var undo = !isUndo ? "" : step.UndoRound == 0 ? "/undo" : $"/undo/{step.UndoRound}";
        return $"{state.Id.Tenant}/{state.Id.Process}/{state.Id.Id}/{state.Run}/{reference}{round}{undo}";
    }

    /// <summary>Id of the child that a step starts.</summary>
    /// <exception cref="TerminalException">It gives no id.</exception>
    public static InvocationId ChildOf(InvocationState state, CompiledStep compiled, StepState step, StepRef reference)
    {
        var child = ChildIds.Of(state, compiled, step, reference);
        CheckId(child.Id, compiled.Name);
        return child;
    }

    /// <summary>
    /// The place of a stage in a queued pipeline: one attempt at a time, unless its limit says otherwise.
    /// </summary>
    private static StageSlot? StageOf(CompiledProcess process, CompiledStep compiled) =>
        !process.IsPipeline || process.IsDirect ? null : new StageSlot(
            compiled.Position, process.Map.Pipeline!.Capacity, compiled.Step.Limit?.Concurrency ?? 1,
            KeepsPlace: compiled.Each is null && compiled.Position < process.Steps.Length - 1);

    private static StepTime? TimeOf(InvocationState state, CompiledStep compiled, StepState step, DateTimeOffset now)
    {
        if (compiled.Step.Timeout.Step is not { } whole) return null;
        var left = state.StartedAt + TimeSpan.FromMicroseconds(step.ScheduledAt ?? 0) + whole - now;
        // A clock that was set back gives no more than there was.
        return new StepTime(whole, left < whole ? left : whole);
    }

    private static TimeSpan TimeoutOf(TimeSpan attempt, StepTime? time)
    {
        if (time is null || attempt <= time.Left) return attempt;
        return time.Left > TimeSpan.Zero ? time.Left : TimeSpan.Zero;
    }

    private static WorkAction Resolve(
        InvocationState state, CompiledStep compiled, bool isUndo, int item, Payload input)
    {
        var action = isUndo ? compiled.Undo! : compiled.Action;
        // What undoes it may ask for its result.
        var document = isUndo
            ? new InvocationDocument(state, compiled, item)
            : InvocationDocument.OfStep(state, compiled, item);
        return action.Declared switch
        {
            StepAction.Handler handler => new WorkAction.Handler(handler.Name),
            StepAction.Simulate simulate => new WorkAction.Simulate(simulate),
            StepAction.Emit emit => new WorkAction.Emit(emit.Event, action.Body?.Evaluate(document) ?? input),
            StepAction.Entity entity => new WorkAction.Entity(
                new EntityId(state.Id.Tenant, entity.Type, CheckId(action.Id!.Evaluate(document, null), compiled.Name)),
                entity.Operation),
            StepAction.Http http => ResolveHttp(state, http, action, document, input),
            _ => throw new InvalidOperationException($"{action.Declared.GetType().Name} is not work"),
        };
    }

    private static WorkAction.Http ResolveHttp(
        InvocationState state, StepAction.Http http, CompiledAction action, InvocationDocument document, Payload input)
    {
        var service = action.Service is { } name ? new ServiceReference(name, state.Process.Map.Services[name]) : null;
        var headers = action.Headers.IsEmpty
            ? ImmutableArray<KeyValuePair<string, string>>.Empty
            : [.. action.Headers.Select(header => KeyValuePair.Create(header.Key, HeaderOf(header, document)))];
        Payload? body = action.Body is { } template ? template.Evaluate(document)
            : http.Method is "GET" or "DELETE" ? null : input;
        return new WorkAction.Http(http, service, action.Url!.Evaluate(document, Uri.EscapeDataString), headers, body);
    }

    // Which address gets which secret is said by the definition, never by data.
    private static string HeaderOf(KeyValuePair<string, CompiledText> header, InvocationDocument document)
    {
        var value = header.Value.Evaluate(document, null);
        if (header.Value.IsLiteral || !value.StartsWith(StepAction.Http.SecretPrefix, StringComparison.Ordinal))
            return value;
        throw new TerminalException(
            $"the value of header '{header.Key}' begins with '{StepAction.Http.SecretPrefix}', which names a secret; " +
            "that is up to the definition, not to what a template gives",
            "mapping");
    }

    private static string CheckId(string id, string step) => Names.IsId(id)
        ? id
        : throw new TerminalException(
            $"'{id}' of step '{step}' can't be an id: 1 to {Names.IdCharactersMax} characters, no control characters",
            "mapping");

    /// <summary>From a pure stage of a direct pipeline on, all stages that run in the same go.</summary>
    private static ImmutableArray<PureStage> StagesFrom(InvocationState state, CompiledStep first)
    {
        var process = state.Process;
        if (!process.IsDirect || !CanJoinRun(first)) return [];
        var stages = ImmutableArray.CreateBuilder<PureStage>();
        stages.Add(StageOf(state, first, state.Steps[first.Position].Attempts));
        for (var i = first.Position + 1; i < process.Steps.Length; i++)
        {
            var next = process.Steps[i];
            if (!CanJoinRun(next) || next.Input is not null || next.When is not null) break;
            stages.Add(StageOf(state, next, state.Steps[i].Attempts + 1));
        }

        return stages.ToImmutable();
    }

    private static PureStage StageOf(InvocationState state, CompiledStep compiled, int attempt) => new(
        compiled.Name, ((StepAction.Handler)compiled.Action.Declared).Name, attempt,
        IdempotencyKey(state, state.Steps[compiled.Position], compiled.Name, isUndo: false));

    // One with a time of its own is alone: that runs from when it is scheduled, and is not for others.
    private static bool CanJoinRun(CompiledStep step) => step.Step is
        { Pure: true, Action: StepAction.Handler, Each: null, Limit: null, Detached: false, Timeout.Step: null };
}
