namespace Actors.Cli.Rendering;

/// <summary>Signs that stand for states, in two alphabets.</summary>
/// <param name="Bar">A piece of a bar.</param>
/// <param name="BarOpen">The end of a bar that goes on.</param>
/// <param name="Succeeded">Done.</param>
/// <param name="Failed">Failed.</param>
/// <param name="Running">Goes on.</param>
/// <param name="Waiting">Waits.</param>
/// <param name="Idle">Has not begun, or never will.</param>
/// <param name="Undone">Undone.</param>
/// <param name="Cut">Something is left out here.</param>
internal sealed record Signs(
    char Bar, char BarOpen, string Succeeded, string Failed, string Running, string Waiting, string Idle,
    string Undone, string Cut)
{
    /// <summary>For files, pipes and old terminals.</summary>
    public static Signs Ascii { get; } = new('#', '>', "ok", "x", ">", "~", "-", "<", "..");

    /// <summary>For terminals with UTF-8.</summary>
    public static Signs Unicode { get; } = new('█', '▒', "✓", "✗", "▶", "◌", "·", "↩", "…");

    /// <summary>The sign of a step's state.</summary>
    public string Of(StepStatus status) => status switch
    {
        StepStatus.Succeeded => Succeeded,
        StepStatus.Failed or StepStatus.UndoFailed => Failed,
        StepStatus.Running => Running,
        StepStatus.Waiting => Waiting,
        StepStatus.Undoing or StepStatus.Undone => Undone,
        _ => Idle,
    };
}
