using System.Runtime.InteropServices;

namespace Actors.Simulation.Programs;

/// <summary>An effect on the world outside: what one step, or one item of it, does in one run.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EffectId(string Process, string Invocation, int Run, string Step, int? Item);

/// <summary>What must hold of an effect in the end, compensation reckoned in.</summary>
/// <param name="MayBeDone">It may stand.</param>
/// <param name="MayBeUndone">It may not stand: never done, or undone.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Allowed(bool MayBeDone, bool MayBeUndone)
{
    public static readonly Allowed Done = new(true, false);
    public static readonly Allowed NotDone = new(false, true);
    public static readonly Allowed Either = new(true, true);
}

/// <summary>What becomes of a step if nobody interferes.</summary>
internal enum Fate
{
    Done,
    Refused,
    Unsure,
    Skipped,
    Blocked,
    Never,
}

/// <summary>How an invocation ended, or may.</summary>
[Flags]
internal enum Ends
{
    None = 0,
    Completed = 1,
    Failed = 2,
    Cancelled = 4,
}

/// <summary>A step as the oracle sees it.</summary>
/// <param name="Process">Its process.</param>
/// <param name="Step">The step.</param>
/// <param name="Fate">What becomes of it.</param>
/// <param name="IsSurplus">A join may go on without it.</param>
/// <param name="Value">Its number, if it has one and is done.</param>
internal sealed record Forecast(ProgramProcess Process, ProgramStep Step, Fate Fate, bool IsSurplus, int Value);

/// <summary>
/// The reference model: knows, without a line of the engine, how every invocation of a random program must end and
/// which effects must stand then; or, where the schedule rightly decides, which may. At most 300 lines, so that one
/// can see that it is right.
/// </summary>
internal sealed class Oracle(RandomProgram program)
{
    /// <summary>How the current run of a lane's invocation may end.</summary>
    public Ends EndsOf(Lane lane, int version)
    {
        var natural = NaturalEnd(Forecasts(lane, version, isLastRun: true), program.Find(lane.Process, version));
        if (lane.Commands.Any(c => c.Act == Act.RetryUntilCompleted)) return natural;
        var isCancelled = lane.Commands.Any(c => c.Act == Act.Cancel);
        return isCancelled ? natural | Ends.Cancelled : natural;
    }

    /// <summary>How the run before a replacement ended: it was over, or it would never have been.</summary>
    public Ends EndOfFirstRun(Lane lane)
    {
        var natural = NaturalEnd(Forecasts(lane, 1, isLastRun: false), program.Find(lane.Process, 1));
        return natural == Ends.None ? Ends.Cancelled : natural;
    }

    /// <summary>How a child may end that its parent waits for; null: there is none.</summary>
    public static Ends? EndsOfChild(Forecast step, Ends parentEnd, IReadOnlyList<Forecast> parent)
    {
        if (step.Fate is Fate.Skipped or Fate.Never or Fate.Blocked) return null;
        var natural = step.Fate == Fate.Done ? Ends.Completed : Ends.Failed;
        return IsSure(step, parentEnd, parent) || step.Step.Detached ? natural : natural | Ends.Cancelled;
    }

    /// <summary>Whether a step must have come to its end, given how its invocation ended.</summary>
    public static bool IsSure(Forecast step, Ends end, IReadOnlyList<Forecast> all)
    {
        if (step.IsSurplus || end == Ends.Cancelled) return false;
        if (end == Ends.Completed) return true;
        var failing = Failing(all);
        return failing.Count > 0 && !step.Process.HasDeadline &&
            failing.TrueForAll(f => f == step || IsBefore(step, f, all));
    }

    /// <summary>What is allowed of the effects of one run, given how it ended.</summary>
    public static IEnumerable<(EffectId Id, Allowed Allowed, int Amount)> EffectsOf(
        string process, string invocation, int run, Ends end, IReadOnlyList<Forecast> all)
    {
        foreach (var forecast in all.Where(f => f.Step.Kind is StepKind.Work or StepKind.Entity or StepKind.Emit))
        {
            var step = forecast.Step;
            if (step.Items is not { } items)
            {
                var id = new EffectId(process, invocation, run, step.Name, null);
                yield return (id, AllowedOf(forecast, forecast.Fate, end, IsSure(forecast, end, all)), step.Amount);
                continue;
            }

            for (var i = 0; i < items; i++)
            {
                var started = forecast.Fate is not (Fate.Skipped or Fate.Never);
                var fate = started && i != step.EndingItem ? Fate.Done : forecast.Fate;
                // A failed item may end its siblings before their time.
                var isSure = IsSure(forecast, end, all) &&
                    (end == Ends.Completed || forecast.Fate == Fate.Done || i == step.EndingItem);
                var id = new EffectId(process, invocation, run, step.Name, i);
                yield return (id, AllowedOf(forecast, fate, end, isSure), step.Amount);
            }
        }
    }

    /// <summary>What becomes of each step of a run that nobody cancels.</summary>
    public IReadOnlyList<Forecast> Forecasts(Lane lane, int version, bool isLastRun)
    {
        var replaced = lane.Commands.Any(c => c.Act == Act.Replace);
        var signals = lane.Commands.Where(c => c.Act == Act.Signal && (isLastRun || !replaced))
            .Distinct().GroupBy(c => c.Name).ToDictionary(g => g.Key, g => g.DistinctBy(c => c.Id).Count());
        var isRetried = lane.Commands.Any(c => c.Act == Act.RetryUntilCompleted);
        var all = Forecasts(program.Find(lane.Process, version), signals, isRetried);
        // What detached steps have not done when the next run begins, they do no more.
        return isLastRun ? all : all.ConvertAll(f => f.Step.Detached ? f with { IsSurplus = true } : f);
    }

    /// <summary>What becomes of each step of a child.</summary>
    public IReadOnlyList<Forecast> Forecasts(ProgramProcess child) => Forecasts(child, [], isRetried: false);

    /// <summary>The parts of the output: for each step shown its number, or null.</summary>
    public static IEnumerable<(string Step, int? Value, bool MayBeMissing)> OutputOf(IReadOnlyList<Forecast> all) =>
        all.Where(f => ProgramResults.IsShown(f.Step))
            .Select(f => (f.Step.Name, f.Fate == Fate.Done ? f.Value : (int?)null, f.IsSurplus));

    /// <summary>How a run ends that nobody cancels; none: it does not.</summary>
    public static Ends NaturalEnd(IReadOnlyList<Forecast> all, ProgramProcess process)
    {
        if (Failing(all).Count > 0) return Ends.Failed;
        var isStuck = all.Any(f => !f.Step.Detached && !f.IsSurplus && f.Fate is Fate.Blocked or Fate.Never);
        return !isStuck ? Ends.Completed : process.HasDeadline ? Ends.Failed : Ends.None;
    }

    private static Allowed AllowedOf(Forecast forecast, Fate fate, Ends end, bool isSure)
    {
        var step = forecast.Step;
        var isPossible = fate == Fate.Done || fate == Fate.Unsure && step is { EffectFirst: true, Kind: StepKind.Work };
        if (!isPossible) return Allowed.NotDone;
        // The few attempts of one that fails may all break off before the effect.
        isSure &= fate == Fate.Done;
        if (end == Ends.Completed) return isSure ? Allowed.Done : Allowed.Either;
        if (step is { Undo: Undoing.Works, Detached: false }) return Allowed.NotDone;
        return isSure && !step.Detached ? Allowed.Done : Allowed.Either;
    }

    private List<Forecast> Forecasts(ProgramProcess process, Dictionary<string, int> signals, bool isRetried)
    {
        var signalsLeft = new Dictionary<string, int>(signals, StringComparer.Ordinal);
        var all = new List<Forecast>();
        var carried = 0;
        foreach (var step in process.Steps)
        {
            var isPipeline = process.Form != ProcessForm.Graph;
            var before = isPipeline ? all.TakeLast(1).ToList() : all.FindAll(f => step.After.Contains(f.Step.Name));
            var fate = Join(step, before);
            if (fate == Fate.Done && before.Exists(f => step.Uses.Contains(f.Step.Name) && f.Fate == Fate.Skipped))
                fate = Fate.Skipped;
            if (step.Join != JoinKind.All && fate is Fate.Done or Fate.Skipped) MarkSurplus(step, before, all);
            if (fate == Fate.Done) fate = step.When == false ? Fate.Skipped : Turn(step, signalsLeft, isRetried);
            var used = before.Where(f => step.Uses.Contains(f.Step.Name)).Sum(f => f.Value);
            var value = step.Kind switch
            {
                StepKind.Wait => RandomProgram.SignalValue,
                StepKind.Entity => step.Amount,
                _ => step.Amount + (isPipeline ? carried : used),
            };
            if (fate == Fate.Done) carried = ProgramResults.IsNumber(step) ? value : 0;
            all.Add(new Forecast(process, step, fate, false, value));
        }

        return all;
    }

    private Fate Turn(ProgramStep step, Dictionary<string, int> signalsLeft, bool isRetried)
    {
        switch (step.Kind)
        {
            case StepKind.Wait:
                var left = signalsLeft.GetValueOrDefault(step.Target);
                signalsLeft[step.Target] = left - 1;
                return left > 0 ? Fate.Done : step.GivesUp ? Fate.Refused : Fate.Blocked;
            case StepKind.Child:
                var child = program.Find(step.Target, 1);
                return NaturalEnd(Forecasts(child), child) == Ends.Completed ? Fate.Done : Fate.Refused;
            case StepKind.Delay or StepKind.Simulate:
                return Fate.Done;
        }

        if (step.Items <= step.EndingItem) return Fate.Done;
        return step.Ending switch
        {
            Ending.Succeeds => Fate.Done,
            Ending.Refuses => Fate.Refused,
            // What is detached has failed for good: a retry is about what the invocation waits for.
            Ending.RefusesAtFirst => isRetried && !step.Detached ? Fate.Done : Fate.Refused,
            _ => Fate.Unsure,
        };
    }

    /// <summary>Whether a step gets its turn: done means that it does.</summary>
    private static Fate Join(ProgramStep step, List<Forecast> before)
    {
        if (before.Count == 0) return Fate.Done;
        if (step.Join == JoinKind.All)
            return before.TrueForAll(f => f.Fate is Fate.Done or Fate.Skipped) ? Fate.Done : Fate.Never;
        var (done, failed, open) = Count(step, before);
        // At its deadline, counted from the first that begins, a join stops waiting; the others wait for what is left.
        var isEndless = step.Join != JoinKind.Deadline ||
            open > 0 && before.TrueForAll(f => f.Fate is Fate.Never or Fate.Skipped);
        if (done >= step.Needed && (step.Join != JoinKind.Deadline || !isEndless)) return Fate.Done;
        if (done + open >= step.Needed && isEndless) return Fate.Never;
        return failed > 0 || open > 0 ? Fate.Refused : Fate.Skipped;
    }

    /// <summary>With one mapped dependency a join counts its items.</summary>
    private static (int Done, int Failed, int Open) Count(ProgramStep step, List<Forecast> before)
    {
        if (before is [{ Step.Items: { } items } mapped] && mapped.Fate != Fate.Skipped)
        {
            // A map that never begins may still have as many items as are needed.
            if (mapped.Fate == Fate.Never) return (0, 0, Math.Max(items, step.Needed));
            var failed = mapped.Fate == Fate.Done ? 0 : 1;
            return (items - failed, failed, 0);
        }

        return (before.Count(f => f.Fate == Fate.Done), before.Count(f => f.Fate is Fate.Refused or Fate.Unsure),
            before.Count(f => f.Fate is Fate.Blocked or Fate.Never));
    }

    /// <summary>Dependencies that a join need not wait for: it may be there before them.</summary>
    private static void MarkSurplus(ProgramStep step, List<Forecast> before, List<Forecast> all)
    {
        var (done, _, open) = Count(step, before);
        foreach (var f in before)
        {
            var isNeeded = f.Fate == Fate.Skipped || f.Step.Items is not null && before.Count == 1
                ? done == step.Needed && f.Fate == Fate.Done
                : f.Fate == Fate.Done && done == step.Needed;
            if (step.Join == JoinKind.Deadline && f.Fate is Fate.Done or Fate.Refused or Fate.Unsure) isNeeded = true;
            if (!isNeeded) all[all.IndexOf(f)] = f with { IsSurplus = true };
        }
    }

    /// <summary>Steps whose failure is the invocation's.</summary>
    private static List<Forecast> Failing(IReadOnlyList<Forecast> all) => all
        .Where(f => !f.Step.Detached && f.Fate is Fate.Refused or Fate.Unsure && !IsTolerated(f.Step, all)).ToList();

    private static bool IsTolerated(ProgramStep step, IReadOnlyList<Forecast> all)
    {
        var dependents = all.Where(f => f.Step.After.Contains(step.Name)).ToList();
        return dependents.Count > 0 && dependents.TrueForAll(f => f.Step.Join != JoinKind.All);
    }

    /// <summary>Whether one step must have ended before another can begin.</summary>
    private static bool IsBefore(Forecast first, Forecast second, IReadOnlyList<Forecast> all)
    {
        var process = second.Process;
        if (process.Form != ProcessForm.Graph)
            return process.Steps.IndexOf(first.Step) < process.Steps.IndexOf(second.Step);
        return all.Where(f => second.Step.After.Contains(f.Step.Name))
            .Any(f => (f == first || IsBefore(first, f, all)) && (second.Step.Join == JoinKind.All || !f.IsSurplus));
    }
}
