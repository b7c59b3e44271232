using System.Collections.Immutable;
using Actors.Core.Definitions.Reading;
using Actors.Core.Definitions.Validation;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>Finds the types of a handler by its name; null: it is not known.</summary>
public delegate HandlerTypes? HandlerTypeLookup(string handler);

/// <summary>
/// Checks, where a definition meets the handlers that run it, that what each step is given fits what its handler
/// takes, and that of its undo: by the JSON that the types are written as and read from, so that two classes with the
/// same members fit. Only what can't fit whatever the values are is an error; what depends on the values is left to the
/// run.
/// </summary>
public static class StepTypes
{
    /// <summary>Checks a valid map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="handlers">The handlers.</param>
    /// <returns>Every error, without file and line.</returns>
    public static ImmutableArray<DefinitionError> Check(StepMap map, HandlerTypeLookup handlers) =>
        Check(map, handlers, null, new FileErrors(null));

    /// <summary>Checks a valid map that was read from a file.</summary>
    /// <param name="map">The map.</param>
    /// <param name="handlers">The handlers.</param>
    /// <param name="text">The file's text; it is read again only if there are errors.</param>
    /// <param name="fileName">What errors call the file.</param>
    /// <returns>Every error, with its line unless the text is not that of the map.</returns>
    public static ImmutableArray<DefinitionError> Check(
        StepMap map, HandlerTypeLookup handlers, Func<string> text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Check(map, handlers) is { IsEmpty: true } none) return none;
        var positions = ProcessFile.PositionsOf(text(), fileName, map);
        return Check(map, handlers, positions, new FileErrors(fileName));
    }

    private static ImmutableArray<DefinitionError> Check(
        StepMap map, HandlerTypeLookup handlers, SourcePositions? positions, FileErrors errors)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(handlers);
        ValueRules.Check(new MapCheck(map, positions, errors), handlers);
        return errors.ToImmutable();
    }
}
