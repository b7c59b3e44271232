using Actors.Cli.Hosting;
using Actors.Definitions;

namespace Actors.Cli.Local;

/// <summary>Which processes this program can run by itself: those whose steps need no code of the user's.</summary>
internal static class Runnable
{
    /// <summary>Checks it.</summary>
    /// <exception cref="RefusedException">A step calls a handler or an entity.</exception>
    public static void Check(StepMap map)
    {
        foreach (var step in map.Steps)
        {
            var what = step.Action switch
            {
                StepAction.Handler handler => $"handler '{handler.Name}'",
                StepAction.Entity entity => $"entity '{entity.Type}'",
                _ => null,
            };
            if (what is null) continue;
            throw new RefusedException(
                $"step '{step.Name}' of process '{map.Process}' calls {what}, which is code that this program does " +
                "not have; host the process in a program of yours with services.AddActors(...), or use http steps",
                "no-code");
        }
    }
}
