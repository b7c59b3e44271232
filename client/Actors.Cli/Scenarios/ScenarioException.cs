namespace Actors.Cli.Scenarios;

/// <summary>A service does not build, start or answer. The message says which, why, and what it printed.</summary>
internal sealed class ScenarioException(string message) : TerminalException(message, "scenario");
