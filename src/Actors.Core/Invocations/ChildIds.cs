using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>The ids of child invocations: the same at every repetition, so that a child is started once.</summary>
public static class ChildIds
{
    /// <summary>
    /// The child of a step: by the step's own id template, else named after its parent, the run and the step. The id is
    /// not checked.
    /// </summary>
    /// <exception cref="TerminalException">The template finds nothing that could be an id.</exception>
    public static InvocationId Of(InvocationState state, CompiledStep compiled, StepState step, StepRef reference)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentNullException.ThrowIfNull(step);
        var child = (StepAction.Child)compiled.Action.Declared;
        var id = compiled.Action.Id?.Evaluate(new InvocationDocument(state, compiled, reference.Item), null)
            ?? $"{state.Id.Id}.{state.Run}.{reference}{(step.Round == 0 ? "" : $".{step.Round}")}";
        return new InvocationId(state.Id.Tenant, child.Process, id);
    }
}
