using System.Security.Cryptography;
using System.Text;
using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>The ids of child invocations: the same at every repetition, so that a child is started once.</summary>
public static class ChildIds
{
    /// <summary>
    /// The child of a step: by the step's own id template, which is not checked, else
    /// <c>process~id~run~step[item]@round</c> of its parent, the round only from 1. Neither names nor runs have those
    /// signs in them, so no two steps share a child. What is too long for an id is its hash.
    /// </summary>
    /// <exception cref="TerminalException">The template finds nothing that could be an id.</exception>
    public static InvocationId Of(InvocationState state, CompiledStep compiled, StepState step, StepRef reference)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentNullException.ThrowIfNull(step);
        var child = (StepAction.Child)compiled.Action.Declared;
        var round = step.Round == 0 ? "" : $"@{step.Round}";
        var id = compiled.Action.Id?.Evaluate(InvocationDocument.OfStep(state, compiled, reference.Item), null)
            ?? Shortened($"{state.Id.Process}~{state.Id.Id}~{state.Run}~{reference}{round}");
        return new InvocationId(state.Id.Tenant, child.Process, id);
    }

    private static string Shortened(string id) => id.Length <= Names.IdCharactersMax
        ? id
        : "sha256-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
