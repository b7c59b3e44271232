namespace Actors.Silo.Embedded.Client;

/// <summary>
/// Adds to an explanation what a grain can't know: that an attempt it has handed out waits for a retry budget.
/// </summary>
internal static class BudgetWaits
{
    /// <summary>The explanation, with the budgets named.</summary>
    /// <param name="explanation">As the grain gives it.</param>
    /// <param name="id">Of what.</param>
    /// <param name="budgetOf">The service whose budget a step waits for; null: none.</param>
    public static Explanation NamedIn(
        Explanation explanation, InvocationId id, Func<InvocationId, string, string?> budgetOf)
    {
        WaitReason[]? named = null;
        for (var i = 0; i < explanation.Waits.Count; i++)
        {
            var wait = explanation.Waits[i];
            if (wait.Step is not { } step || budgetOf(id, step) is not { } service) continue;
            named ??= [.. explanation.Waits];
            named[i] = wait with
            {
                For = $"a retry that the budget of service '{service}' allows: the service fails, and gets few retries",
                ReleasedBy = "an answer of the service; else its turn among the retries, of which one begins per " +
                    "second or per ten first attempts",
            };
        }

        return named is null ? explanation : explanation with { Waits = named };
    }
}
