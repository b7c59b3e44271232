using System.Collections.Immutable;
using Actors.Core.JsonPath;
using Actors.Core.Templates;
using Actors.Definitions;

namespace Actors.Core.Processes;

/// <summary>A step, ready to run.</summary>
public sealed class CompiledStep
{
    /// <summary>Position in the map.</summary>
    public required int Position { get; init; }

    /// <summary>The declaration.</summary>
    public required Step Step { get; init; }

    /// <summary>Name.</summary>
    public string Name => Step.Name;

    /// <summary>Positions of the steps it depends on.</summary>
    public required ImmutableArray<int> Dependencies { get; init; }

    /// <summary>Positions of the steps that depend on it.</summary>
    public required ImmutableArray<int> Dependents { get; init; }

    /// <summary>
    /// Positions of the steps whose results it asks for; if one of them was skipped, so is this step.
    /// </summary>
    public required ImmutableArray<int> ResultsUsed { get; init; }

    /// <summary>Condition; null: always.</summary>
    public required JsonPathCondition? When { get; init; }

    /// <summary>Path to the collection it is mapped over; null: none.</summary>
    public required JsonPathQuery? Each { get; init; }

    /// <summary>Input mapping; null: the model's default.</summary>
    public required CompiledTemplate? Input { get; init; }

    /// <summary>What it does.</summary>
    public required CompiledAction Action { get; init; }

    /// <summary>Its compensation; null: none.</summary>
    public required CompiledAction? Undo { get; init; }

    /// <summary>
    /// Whether every step that waits for it has a join that can go on without it, so that its failure is not the end
    /// of the invocation.
    /// </summary>
    public required bool FailureIsTolerated { get; init; }

    /// <summary>Whether its attempts are handed to workers (the others are timers, signals and children).</summary>
    public bool IsWork => Action.Declared is not (StepAction.Delay or StepAction.Wait or StepAction.Child);

    /// <summary>Whether an attempt whose outcome is unknown may have changed something outside.</summary>
    public bool MayHaveEffect => Action.Declared is
        StepAction.Handler or StepAction.Http or StepAction.Entity or StepAction.Emit;
}

/// <summary>
/// An action with its paths and placeholders compiled. Members that the action does not have are null.
/// </summary>
public sealed class CompiledAction
{
    /// <summary>The declaration.</summary>
    public required StepAction Declared { get; init; }

    /// <summary>Http: URL, or the path below <see cref="Service"/>.</summary>
    public CompiledText? Url { get; init; }

    /// <summary>Http: the service its URL names.</summary>
    public string? Service { get; init; }

    /// <summary>Http: headers.</summary>
    public ImmutableArray<KeyValuePair<string, CompiledText>> Headers { get; init; } = [];

    /// <summary>Http: body. Emit: data.</summary>
    public CompiledTemplate? Body { get; init; }

    /// <summary>Entity or child: id. Delay: the duration.</summary>
    public CompiledText? Id { get; init; }
}
