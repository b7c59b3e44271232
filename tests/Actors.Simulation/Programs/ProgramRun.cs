using Actors.Simulation.Faults;
using Actors.Simulation.Mutants;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs;

/// <summary>Runs a program in a world as its clients would, and has the outcome checked.</summary>
internal sealed class ProgramRun(SeedRun run, ProgramOutside outside, WorldContext world)
{
    private const int RetriesMax = 20;
    private const int StaleMax = 90;
    private static readonly TimeSpan LiveWithin = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Beyond what clocks are set back by: what is due at a time waits until they show it again.
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan ResumePeriod = TimeSpan.FromMinutes(2);

    /// <summary>Invocations whose start was acknowledged before the second version was there.</summary>
    private readonly HashSet<string> _startedOnFirst = new(StringComparer.Ordinal);

    private readonly List<LaneWatch> _watches = [];
    private readonly List<Task> _followed = [];

    private RandomProgram Program => run.Program;

    private DateTimeOffset _startedAt;
    private int _repeats;

    public async Task RunAsync()
    {
        _startedAt = world.Time.GetUtcNow();
        await Task.WhenAll([.. Program.Lanes.Select(RunAsync), UpgradeAsync()]);
        await Task.WhenAll(_followed);
        // Two silos may have a grain in memory as long as things go wrong; which of them answers is a matter of chance.
        world.StopFaults();
        await world.DelayAsync(Settling);
        var observed = new Observations(Program, world, outside);
        await observed.ReadAsync();
        for (var waited = TimeSpan.Zero; !observed.IsAtRest && waited < RestMax; waited += Poll)
        {
            await world.DelayAsync(Poll);
            await observed.ReadAsync();
        }

        new ProgramCheck(Program, observed, _startedOnFirst).Run(world.Violation);
        foreach (var watch in _watches) await watch.CheckAsync();
    }

    private async Task UpgradeAsync()
    {
        if (Program.UpgradeAt is not { } at) return;
        await world.DelayAsync(TimeSpan.FromMilliseconds(at));
        outside.Version = 2;
        for (var i = 0; i < run.Silos; i++)
        {
            if (run.Faults.Rates.ContainsKey(FaultKind.Stop)) world.StopSilo(i, Poll / 2);
            else world.KillSilo(i, Poll / 2);
            await world.DelayAsync(Poll);
        }
    }

    private async Task RunAsync(Lane lane)
    {
        var id = new InvocationId(lane.Process, lane.Key);
        var isDone = false;
        foreach (var command in lane.Commands)
        {
            if (command.After > 0) await world.DelayAsync(TimeSpan.FromMilliseconds(command.After));
            await RunAsync(lane, command, id);
            if (lane.IsWatched && command.Act == Act.Start) Watch(id, () => isDone);
        }

        isDone = true;
    }

    private void Watch(InvocationId id, Func<bool> isDone)
    {
        var watch = new LaneWatch(world, id);
        _watches.Add(watch);
        _followed.Add(watch.FollowAsync(isDone, IsLate));
    }

    private bool IsLate() => world.Time.GetUtcNow() - _startedAt >= run.Faults.For + LiveWithin;

    private async Task RunAsync(Lane lane, Command command, InvocationId id)
    {
        switch (command.Act)
        {
            case Act.Start:
                await StartAsync(lane, StartPolicy.Attach, "first");
                if (outside.Version == 1) _startedOnFirst.Add(lane.Key);
                break;
            case Act.Attach: await StartAsync(lane, StartPolicy.Attach, "again"); break;
            case Act.Reject: await RejectAsync(lane); break;
            case Act.Replace: await StartAsync(lane, StartPolicy.Replace, "replacing"); break;
            case Act.AwaitSecondRun: await AwaitSecondRunAsync(id); break;
            case Act.Signal: await SignalAsync(command, id); break;
            case Act.Pause: await TellAsync(client => client.PauseAsync(id)); break;
            case Act.Resume: await TellAsync(client => client.ResumeAsync(id)); break;
            case Act.Cancel: await TellAsync(client => client.CancelAsync(id)); break;
            case Act.Await: await EndOfAsync(id); break;
            case Act.RetryUntilCompleted: await RetryAsync(id); break;
            case Act.CallCounter:
                var change = Payload.From(new CounterChange(command.Id, 1000));
                var counter = new EntityId(Names.DefaultTenant, "counter", command.Name);
                await world.EventuallyAsync(client => client.CallEntityAsync(counter, "Take", change, command.Id));
                break;
            default: throw new InvalidOperationException(command.Act.ToString());
        }
    }

    private Task<StartResult> StartAsync(Lane lane, StartPolicy policy, string correlation)
    {
        var request = new StartRequest(lane.Process, ProgramMaps.Input)
        {
            Key = lane.Key,
            Policy = policy,
            CorrelationId = $"{lane.Key}-{correlation}",
            FallbackKey = $"{lane.Key}-{correlation}",
        };
        return world.EventuallyAsync(client => client.StartAsync(request));
    }

    private string SignalIdOf(Command command) =>
        run.Mutant == Mutant.RepeatsSignals ? $"{command.Id}-{++_repeats}" : command.Id;

    private async Task RejectAsync(Lane lane)
    {
        try
        {
            await StartAsync(lane, StartPolicy.Reject, "rejected");
            world.Violation($"[start] '{lane.Key}' was there, and a start that was to be rejected was not");
        }
        catch (AlreadyStartedException)
        {
            // As it must be.
        }
    }

    private async Task SignalAsync(Command command, InvocationId id)
    {
        try
        {
            var value = Payload.From(RandomProgram.SignalValue);
            await TellAsync(client => client.SignalAsync(id, command.Name, value, SignalIdOf(command)));
        }
        catch (ConflictException)
        {
            // It has ended: whether it might have is the oracle's to say.
        }
    }

    private async Task AwaitSecondRunAsync(InvocationId id)
    {
        while (await AskAsync(client => client.GetAsync(id)) is { Run: 1 }) await world.DelayAsync(Poll / 10);
    }

    /// <summary>Liveness: behind the last fault everything that can run ends in a stated time.</summary>
    private async Task<InvocationView> EndOfAsync(InvocationId id)
    {
        var pauses = Program.Lanes.Any(l => l.Key == id.Id && l.Commands.Any(c => c.Act == Act.Pause));
        var resumeAt = world.Time.GetUtcNow() + ResumePeriod;
        while (true)
        {
            // A copy of a pause that the network kept back holds it again: nothing says that it is an old one.
            if (pauses && world.Time.GetUtcNow() >= resumeAt)
            {
                await TellAsync(client => client.ResumeAsync(id));
                resumeAt += ResumePeriod;
            }

            // Who asks wakes a grain that has missed its own alarm; so every other program only looks at the store.
            var isOver = run.Seed % 2 == 1 || await IsOverAsync(id);
            var view = isOver ? await AskAsync(client => client.WaitAsync(id, WaitMax)) : null;
            if (view is { HasEnded: true }) return view;
            if (!IsLate()) continue;
            throw new TimeoutException($"[live] '{id}' has not ended: {await WhyAsync()}");
        }
    }

    private Task TellAsync(Func<IActorsClient, Task> tell) => AskAsync(async client =>
    {
        await tell(client);
        return true;
    });

    /// <summary>
    /// Asks for what is known to be there. A silo that had it in memory before it was started may say otherwise, as
    /// long as two of them have it.
    /// </summary>
    private async Task<T> AskAsync<T>(Func<IActorsClient, Task<T>> ask)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await world.EventuallyAsync(ask);
            }
            catch (NotFoundException) when (run.Silos > 1 && i < StaleMax)
            {
                await world.DelayAsync(Poll);
            }
        }
    }

    private async Task<bool> IsOverAsync(InvocationId id)
    {
        await world.DelayAsync(Poll);
        await using var store = world.Inspect();
        return await store.FindAsync(id.Key) is { Projection.EndedAt: not null };
    }

    private async Task<string> WhyAsync()
    {
        await using var store = world.Inspect();
        var observed = new Observations(Program, world, outside);
        await observed.ReadAsync();
        var reasons = new List<string>();
        foreach (var view in observed.Views.Values.Where(v => !v.HasEnded))
        {
            var why = await world.EventuallyAsync(client => client.ExplainAsync(view.Id));
            var shown = (await store.FindAsync(view.Id.Key))?.Projection;
            reasons.Add($"{view.InvocationId}: {why.Summary} (listed: {shown})");
        }

        return string.Join(" ", reasons);
    }

    private async Task RetryAsync(InvocationId id)
    {
        for (var i = 0; i < RetriesMax; i++)
        {
            var view = await EndOfAsync(id);
            if (view.Status == InvocationStatus.Completed) return;
            try
            {
                await TellAsync(client => client.RetryAsync(id));
            }
            catch (ConflictException)
            {
                // The repeat of a retry that got through: it runs already, or has completed.
            }
        }
    }
}
