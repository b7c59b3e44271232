using Actors.Core.Text;
using Actors.Definitions;
using Microsoft.Extensions.Logging;

namespace Actors.Silo.Embedded;

/// <summary>
/// Says at start and at deployment what steps call that is not here: handlers, entities, children. They are hosted all
/// the same, because another silo may have it, and a child's process may be deployed later.
/// </summary>
internal sealed partial class MissingParts(
    ActorsOptions options, Func<IEnumerable<string>> processes, ILogger<ActorsEngine> logger)
{
    private const int WarningsMax = 100;

    /// <summary>Warns of each part that is missing, of at most 100.</summary>
    public void Warn(IEnumerable<StepMap> maps)
    {
        if (!logger.IsEnabled(LogLevel.Warning)) return;
        var hosted = new Lazy<string[]>(() => [.. processes()]);
        var (handlers, entities) = (options.Handlers.Names, options.Entities.Names);
        var left = WarningsMax;
        foreach (var map in maps)
        {
            foreach (var (step, action) in map.Steps.SelectMany(Actions))
            {
                var (kind, name, known) = action switch
                {
                    StepAction.Handler handler => ("handler", handler.Name, handlers),
                    StepAction.Entity entity => ("entity", entity.Type, entities),
                    StepAction.Child child => ("child", child.Process, (IReadOnlyList<string>)hosted.Value),
                    _ => ("", "", []),
                };
                if (kind.Length == 0 || known.Contains(name, StringComparer.Ordinal)) continue;
                if (left-- == 0)
                {
                    LogMoreMissing(logger, WarningsMax);
                    return;
                }

                var near = Spelling.Nearest(name, known) is { } meant ? $" (did you mean '{meant}'?)" : "";
                if (kind == "child") LogNoProcess(logger, step, map.Process, name, near);
                else LogNoCode(logger, step, map.Process, kind, name, near);
            }
        }
    }

    private static IEnumerable<(string Step, StepAction Action)> Actions(Step step)
    {
        yield return (step.Name, step.Action);
        if (step.Undo is { } undo) yield return (step.Name, undo);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Step {Step} of process {Process} calls {Kind} {Name}, which this silo does not have{Near}. The step waits " +
        "for a silo that has it")]
    private static partial void LogNoCode(
        ILogger logger, string step, string process, string kind, string name, string near);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Step {Step} of process {Process} starts process {Child}, which is not hosted here{Near}. The step fails " +
        "unless it is deployed before")]
    private static partial void LogNoProcess(ILogger logger, string step, string process, string child, string near);

    [LoggerMessage(Level = LogLevel.Warning, Message = "More than {Count} parts of processes are missing")]
    private static partial void LogMoreMissing(ILogger logger, int count);
}
