using Actors.Cli.Rendering;

namespace Actors.Cli.Following;

/// <summary>How an invocation ended: status, timeline, failure, output.</summary>
internal static class EndText
{
    /// <summary>Writes it.</summary>
    public static void Write(Screen screen, InvocationView view, DateTimeOffset now)
    {
        screen.Write();
        screen.Write(InvocationText.Head(view).Add("  ").Add(InvocationText.Status(view)));
        screen.Write(Timeline.Of(view, now, screen));
        screen.Write(InvocationText.Failure(view));
        screen.Write(InvocationText.Output(view));
    }
}
