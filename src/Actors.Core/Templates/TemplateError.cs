namespace Actors.Core.Templates;

/// <summary>What is wrong with a template.</summary>
/// <param name="Text">The offending string of the template.</param>
/// <param name="Message">What is wrong with it, with its position.</param>
/// <param name="Pointer">Where it stands, as JSON pointer (RFC 6901); empty for the whole.</param>
public sealed record TemplateError(string Text, string Message, string Pointer)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Pointer.Length == 0 ? $"'{Text}': {Message}" : $"'{Text}' at {Pointer}: {Message}";
}

/// <summary>A path of a template selects nothing where text needs it, or goes beyond a bound.</summary>
public sealed class TemplateException(string message, Exception? inner = null)
    : TerminalException(message, "mapping", inner);
