namespace Actors.Core.JsonPath;

/// <summary>Why a text is no JSONPath or no condition.</summary>
/// <param name="Message">What is wrong and what would be right.</param>
/// <param name="Position">Where, as a 0-based index into the text; its length if the end comes too soon.</param>
public sealed record JsonPathError(string Message, int Position)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Message} (at position {Position})";
}

/// <summary>
/// A path can't be evaluated over a document: it goes beyond a bound of <see cref="JsonPathLimits"/>, or it has to read
/// text that is not valid Unicode. A retry over the same document doesn't help.
/// </summary>
public sealed class JsonPathException(string message, Exception? inner = null)
    : TerminalException(message, "mapping", inner);
