using System.Collections.Immutable;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>
/// What a map says once for all its steps. It is written out into the steps; the map itself does not keep it.
/// </summary>
/// <param name="Retry">Of steps that have none.</param>
/// <param name="Timeout">Of steps that have none and are not waits, delays or children.</param>
internal sealed record StepDefaults(RetryPolicy Retry, StepTimeouts Timeout)
{
    /// <summary>Where the map says nothing.</summary>
    public static StepDefaults None { get; } = new(RetryPolicy.Default, new StepTimeouts(null, null));

    /// <summary>
    /// Writes the default timeouts into a step. A service's own timeout is nearer to the step than the map's default.
    /// </summary>
    public Step ApplyTimeout(Step step, ImmutableSortedDictionary<string, ServiceDefinition> services)
    {
        if (Timeout is { Attempt: null, Step: null }) return step;
        if (step.Action is StepAction.Wait or StepAction.Delay or StepAction.Child) return step;
        var attempt = step.Timeout.Attempt ?? (HasServiceTimeout(step.Action, services) ? null : Timeout.Attempt);
        return step with { Timeout = new StepTimeouts(attempt, step.Timeout.Step ?? Timeout.Step) };
    }

    private static bool HasServiceTimeout(
        StepAction action, ImmutableSortedDictionary<string, ServiceDefinition> services)
    {
        if (action is not StepAction.Http http) return false;
        var slash = http.Url.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? http.Url : http.Url[..slash];
        return services.TryGetValue(name, out var service) && service.Timeout is not null;
    }
}

/// <summary>What the two ways of writing a map, file and C#, leave unsaid.</summary>
internal static class ImpliedParts
{
    /// <summary>
    /// Fills in what a pipeline implies: its options, and that every stage comes after the one before it.
    /// </summary>
    public static StepMap Fill(StepMap map)
    {
        if (map.Model != ProcessModel.Pipeline) return map;
        var steps = map.Steps.ToBuilder();
        for (var i = 1; i < steps.Count; i++)
        {
            if (steps[i].After.IsEmpty) steps[i] = steps[i] with { After = [steps[i - 1].Name] };
        }

        return map with { Pipeline = map.Pipeline ?? new PipelineOptions(), Steps = steps.ToImmutable() };
    }
}
