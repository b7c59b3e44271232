namespace Actors.Core.JsonPath;

/// <summary>
/// Bounds of paths and conditions. A text beyond one is refused when it is parsed; an evaluation beyond one ends with a
/// <see cref="JsonPathException"/>, so that no path can exhaust the process, such as <c>$..*..*..*</c>.
/// </summary>
public static class JsonPathLimits
{
    /// <summary>Longest text.</summary>
    public const int CharactersMax = 65_536;

    /// <summary>Deepest nesting of filters, parentheses and function calls.</summary>
    public const int NestingMax = 64;

    /// <summary>Most nodes in the result of one query.</summary>
    public const int NodesMax = 1_000_000;

    /// <summary>Most nodes that one evaluation looks at, those of its filters included.</summary>
    public const int VisitsMax = 10_000_000;

    /// <summary>Longest time of one match of <c>match</c> or <c>search</c>: a stop, never reached in earnest, since
    /// matching takes time in proportion to the text.</summary>
    public static TimeSpan MatchTimeMax { get; } = TimeSpan.FromSeconds(5);
}
