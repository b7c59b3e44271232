using System.Collections.Immutable;
using Actors.Core.Definitions;
using Actors.Definitions;

namespace Actors.Silo.Embedded;

/// <summary>What a process has to keep to be hosted: its own rules, and its handlers' types.</summary>
internal static class ProcessCheck
{
    public static ImmutableArray<DefinitionError> Check(StepMap map, ActorsOptions options)
    {
        var errors = StepMapValidator.Check(map);
        if (!errors.IsEmpty) return errors;
        return options.FileOf(map) is { } file
            ? StepTypes.Check(map, Find, () => Text(file), file)
            : StepTypes.Check(map, Find);

        HandlerTypes? Find(string name) =>
            options.Handlers.TryGetTypes(name, out var input, out var output) ? new HandlerTypes(input, output) : null;
    }

    // Only lines are read off it: a file that is gone since leaves the errors without them.
    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
