namespace Actors.Cli.Hosting;

/// <summary>The program can't do what was asked: exit code 2 and one paragraph.</summary>
/// <param name="message">The thing, the rule and the way out.</param>
/// <param name="type">Stable name, for <c>--json</c>.</param>
internal sealed class RefusedException(string message, string type = "refused") : Exception(message)
{
    /// <summary>Stable name, for <c>--json</c>.</summary>
    public string Type { get; } = type;
}
