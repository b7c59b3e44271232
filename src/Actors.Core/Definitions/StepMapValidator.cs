using System.Collections.Immutable;
using Actors.Core.Definitions.Reading;
using Actors.Core.Definitions.Validation;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>
/// The rules that a map keeps, however it was written. Used by the file reader, the builder, and where a definition is
/// registered. Takes time in proportion to the size of the map.
/// </summary>
public static class StepMapValidator
{
    /// <summary>Checks every rule.</summary>
    /// <returns>All errors (at most 1,000, and one that says there are more); empty for a valid map.</returns>
    public static ImmutableArray<DefinitionError> Check(StepMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var errors = new FileErrors(null);
        Check(map.Steps.IsDefault ? map with { Steps = [] } : map, null, errors);
        return errors.ToImmutable();
    }

    internal static void Check(StepMap map, SourcePositions? positions, FileErrors errors)
    {
        if (map.Steps.IsDefault)
        {
            // Steps that could not be read have been reported; the rest of the map is checked all the same.
            MapRules.Check(new MapCheck(map with { Steps = [] }, positions, errors));
            return;
        }

        if (map.Steps.Length > StepMap.StepsMax)
        {
            errors.Add("too-many-steps", 0,
                $"process '{map.Process}' has {map.Steps.Length:N0} steps; a map holds at most " +
                $"{StepMap.StepsMax:N0}: fan out with 'each', or split it into child processes");
            return;
        }

        var check = new MapCheck(map, positions, errors);
        MapRules.Check(check);
        if (map.Steps.IsEmpty) check.Add("no-steps", ["steps"], "has no steps; a process has at least one");
        DependencyRules.Check(check);
        for (var i = 0; i < map.Steps.Length && !errors.IsFull; i++)
        {
            StepRules.Check(check, i);
            ActionRules.Check(check, i);
            EffectRules.Check(check, i);
        }

        PipelineRules.Check(check);
        ReferenceRules.Check(check);
        ReachabilityRules.Check(check);
        ValueRules.Check(check, null);
    }
}
