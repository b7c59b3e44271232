using System.Collections.Immutable;

namespace Actors.Core.Definitions.Reading;

/// <summary>Collects the errors of one definition; keeps the first <see cref="CountMax"/>.</summary>
internal sealed class FileErrors(string? file)
{
    /// <summary>Most errors that are reported; one more says that there are others.</summary>
    public const int CountMax = 1000;

    // Names and paths in a message are as long as the file has them; a thousand messages of megabytes would not fit.
    private const int MessageCharactersMax = 1200;
    private const int MessageEndCharacters = 400;

    private readonly List<DefinitionError> _errors = [];
    private bool _isCut;

    public bool IsEmpty => _errors.Count == 0;

    public bool IsFull => _isCut;

    public void Add(string rule, int line, string message, string? suggestion = null)
    {
        if (_errors.Count < CountMax) _errors.Add(new DefinitionError(rule, Shorten(message), file, line, suggestion));
        else _isCut = true;
    }

    // The way out stands at the end.
    private static string Shorten(string message) => message.Length <= MessageCharactersMax
        ? message
        : $"{message[..(MessageCharactersMax - MessageEndCharacters)]} … {message[^MessageEndCharacters..]}";

    /// <summary>By line; errors of one line in the order they were found.</summary>
    public ImmutableArray<DefinitionError> ToImmutable()
    {
        var sorted = _errors.OrderBy(e => e.Line).ToImmutableArray();
        return _isCut
            ? sorted.Add(new DefinitionError(
                "too-many-errors", $"there are more than {CountMax} errors; the others are not shown", file))
            : sorted;
    }
}
