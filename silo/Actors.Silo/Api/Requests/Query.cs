using System.Globalization;
using Actors.Silo.Api.Problems;
using Actors.Silo.Configuration;

namespace Actors.Silo.Api.Requests;

/// <summary>Reads query parameters; every complaint names the parameter, the value and what is allowed.</summary>
internal sealed class Query(IQueryCollection values)
{
    private const int ShownCharactersMax = 64;

    /// <summary>Refuses parameters that the route does not have.</summary>
    public void AllowOnly(IReadOnlyCollection<string> known)
    {
        foreach (var name in values.Keys)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
                throw EdgeException.Parameter(
                    $"query parameter '{Shown(name)}' is not known here{NearestName.Hint(name, known)}");
        }
    }

    public string? Text(string name)
    {
        if (!values.TryGetValue(name, out var found)) return null;
        return found.Count == 1 && !string.IsNullOrEmpty(found[0])
            ? found[0]
            : throw EdgeException.Parameter(
                $"query parameter '{name}' is empty or given more than once; give it once, or leave it out");
    }

    public string? Name(string name) => Text(name) switch
    {
        null => null,
        var text when Names.IsName(text) => text,
        var text => throw Wrong(name, text, $"a name of at most {Names.NameCharactersMax} letters, digits and _ - . :"),
    };

    public string? Id(string name) => Text(name) switch
    {
        null => null,
        var text when Names.IsId(text) => text,
        var text => throw Wrong(
            name, text, $"an id of at most {Names.IdCharactersMax} characters without control characters"),
    };

    public T? OneOf<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase)) return value;
        }

        throw Wrong(name, text, "one of " + string.Join(", ", Words<T>()));
    }

    public long Integer(string name, long fallback, long min, long max)
    {
        if (Text(name) is not { } text) return fallback;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) &&
            value >= min && value <= max
            ? value
            : throw Wrong(name, text, $"a whole number from {min} to {max}");
    }

    public TimeSpan? Duration(string name, TimeSpan max)
    {
        if (Text(name) is not { } text) return null;
        return Durations.TryParse(text, out var value) && value >= TimeSpan.Zero && value <= max
            ? value
            : throw Wrong(name, text, $"a duration from 0s to {Durations.Format(max)}, such as 500ms or 10s");
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text) return null;
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value)
            ? value
            : throw Wrong(name, text, "a time such as 2026-01-31T12:00:00Z");
    }

    /// <summary>The words of an enum as the API writes them.</summary>
    public static IEnumerable<string> Words<T>() where T : struct, Enum =>
        Enum.GetNames<T>().Select(n => char.ToLowerInvariant(n[0]) + n[1..]);

    private static EdgeException Wrong(string name, string value, string allowed) =>
        EdgeException.Parameter($"query parameter '{name}' is '{Shown(value)}'; it has to be {allowed}");

    private static string Shown(string value) =>
        value.Length <= ShownCharactersMax ? value : value[..ShownCharactersMax] + "…";
}
