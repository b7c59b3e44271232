using System.Globalization;
using System.Text;
using Actors.Simulation.Faults;

namespace Actors.Simulation.Programs;

/// <summary>Programs and faults for people: what is as usual is not said.</summary>
internal static class ProgramText
{
    public static string Of(SeedRun run)
    {
        var text = new StringBuilder();
        foreach (var process in run.Program.Processes)
        {
            text.Append(CultureInfo.InvariantCulture, $"process {process.Name} version {process.Version}");
            if (process.Form != ProcessForm.Graph) text.Append(' ').Append(process.Form);
            if (process.FinishSiblings) text.Append(" finish-siblings");
            if (process.HasDeadline) text.Append(" deadline");
            text.AppendLine();
            foreach (var step in process.Steps) text.Append("  ").AppendLine(Of(step));
        }

        foreach (var lane in run.Program.Lanes)
        {
            var commands = string.Join(", ", lane.Commands.Select(Of));
            var watched = lane.IsWatched ? " (watched)" : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"invocation {lane.Process}/{lane.Key}{watched}: {commands}");
        }

        if (run.Program.UpgradeAt is { } at) text.AppendLine(CultureInfo.InvariantCulture, $"version 2 at {at}ms");
        text.AppendLine(CultureInfo.InvariantCulture, $"silos: {run.Silos}; faults: {Of(run.Faults)}");
        return text.ToString();
    }

    private static string Of(Command command) => command.Name.Length == 0
        ? $"+{command.After}ms {command.Act}"
        : $"+{command.After}ms {command.Act} {command.Name} ({command.Id})";

    private static string Of(FaultOptions faults) => faults.Rates.IsEmpty && faults.Plan.IsEmpty
        ? "none"
        : string.Join(", ", faults.Rates
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key} {r.Value:F3}"))
            .Concat(faults.Plan.Select(p => p.ToString())).Append($"for {Durations.Format(faults.For)}"));

    private static string Of(ProgramStep step)
    {
        var parts = new List<string> { $"{step.Name}: {step.Kind}" };
        void Add(bool isSo, string what)
        {
            if (isSo) parts.Add(what);
        }

        Add(step.Target.Length > 0, step.Target);
        Add(step.After.Length > 0, $"after [{string.Join(", ", step.After)}]");
        Add(step.Join != JoinKind.All, $"join {step.Join} {step.Needed}");
        Add(step.When is not null, $"when {step.When}");
        Add(step.Items is not null, $"each of {step.Items}");
        Add(step.Parallel is not null, $"{step.Parallel} at once");
        Add(step.Ending != Ending.Succeeds, $"{(step.Items is null ? "" : $"item {step.EndingItem} ")}{step.Ending}");
        Add(step.Outages > 0, $"{step.Outages} outages");
        Add(step.EffectFirst && (step.Outages > 0 || step.Ending != Ending.Succeeds), "effect first");
        Add(step.Undo != Undoing.None, $"undo {step.Undo}");
        Add(step.Detached, "detached");
        Add(step.Uses.Length > 0, $"uses [{string.Join(", ", step.Uses)}]");
        Add(step.Milliseconds > 0, $"{step.Milliseconds}ms");
        Add(step.GivesUp, "gives up");
        Add(step.Limit is not null, $"limit {step.Limit}");
        return string.Join(", ", parts);
    }
}
