using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Cli.Scenarios;
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
            if ((CodeOf(step.Action) ?? CodeOf(step.Undo)) is not { } what) continue;
            throw new RefusedException(
                $"step '{step.Name}' of process '{map.Process}' calls {what}, which is code that this program does " +
                "not have; host the process in a program of yours with services.AddActors(...), or use http steps",
                "no-code");
        }
    }

    /// <summary>Checks that the children of processes are there.</summary>
    /// <param name="maps">The processes.</param>
    /// <param name="hosted">Names of all processes there are.</param>
    /// <exception cref="RefusedException">A step starts a process that is not there.</exception>
    public static void CheckChildren(IEnumerable<StepMap> maps, IReadOnlyCollection<string> hosted)
    {
        foreach (var map in maps)
        {
            foreach (var step in map.Steps)
            {
                if (step.Action is not StepAction.Child child) continue;
                if (hosted.Contains(child.Process, StringComparer.Ordinal)) continue;
                throw new RefusedException(
                    $"step '{step.Name}' of process '{map.Process}' starts process '{child.Process}', which this run " +
                    "does not have" +
                    (Hints.Nearest(child.Process, hosted) is { } near ? $" (did you mean '{near}'?)" : "") +
                    $"; run a folder with a {ScenarioFile.Name} and the files of both, or host both with 'actors " +
                    "serve --processes FOLDER' and start it there", "unknown-process");
            }
        }
    }

    /// <summary>As the other, with the processes that an engine hosts, those of its store included.</summary>
    /// <exception cref="RefusedException">A step starts a process that is not there.</exception>
    public static async Task CheckChildrenAsync(
        IReadOnlyCollection<StepMap> maps, IActorsClient client, CancellationToken cancellationToken)
    {
        if (!maps.Any(map => map.Steps.Any(step => step.Action is StepAction.Child))) return;
        var hosted = await client.ListProcessesAsync(cancellationToken);
        CheckChildren(maps, [.. hosted.Select(process => process.Name)]);
    }

    private static string? CodeOf(StepAction? action) => action switch
    {
        StepAction.Handler handler => $"handler '{handler.Name}'",
        StepAction.Entity entity => $"entity '{entity.Type}'",
        _ => null,
    };
}
