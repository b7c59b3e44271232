namespace Actors.Core.JsonPath;

/// <summary>Why a text is not a path or a condition.</summary>
/// <param name="Message">What was expected.</param>
/// <param name="Position">Where, from 0.</param>
public sealed record JsonPathError(string Message, int Position)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Message} at position {Position}";
}

/// <summary>An evaluation visited more nodes than it may.</summary>
public sealed class JsonPathLimitException(string message) : TerminalException(message, "mapping");

/// <summary>Bounds of paths.</summary>
public static class JsonPathLimits
{
    /// <summary>How deeply brackets and parentheses of a path may be nested.</summary>
    public const int NestingMax = 64;

    /// <summary>Nodes that one evaluation may visit, filters included.</summary>
    public const int NodesMax = 1_000_000;
}
