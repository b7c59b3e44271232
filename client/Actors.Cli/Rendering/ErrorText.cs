using System.Collections.Immutable;

namespace Actors.Cli.Rendering;

/// <summary>Errors of files, a line each, as editors and terminals make links of.</summary>
internal static class ErrorText
{
    /// <summary>Most errors that are shown; <c>--json</c> has all of them.</summary>
    public const int ErrorsMax = 50;

    /// <summary><c>order.yaml:14: message; did you mean 'x'? [rule]</c>, and how many there are.</summary>
    public static IEnumerable<Line> Of(ImmutableArray<DefinitionError> errors)
    {
        foreach (var error in errors.Take(ErrorsMax))
        {
            var line = Line.Empty;
            if (error.File is { } file)
                line = line.Add(error.Line > 0 ? $"{file}:{error.Line}: " : $"{file}: ", Tone.Strong);
            line = line.Add(error.Message);
            if (error.Suggestion is { } suggestion) line = line.Add($"; did you mean '{suggestion}'?", Tone.Accent);
            yield return line.Add($" [{error.Rule}]", Tone.Faint);
        }

        if (errors.Length > ErrorsMax)
            yield return Line.Of($"and {Words.Count(errors.Length - ErrorsMax, "error")} more");
        var files = errors.Select(error => error.File).Distinct(StringComparer.Ordinal).Count();
        yield return Line.Of($"{Words.Count(errors.Length, "error")} in {Words.Count(files, "file")}", Tone.Bad);
    }
}
