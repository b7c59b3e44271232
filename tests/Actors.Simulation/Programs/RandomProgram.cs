using System.Collections.Immutable;

namespace Actors.Simulation.Programs;

/// <summary>What a step of a random program does.</summary>
internal enum StepKind
{
    Work,
    Pure,
    Entity,
    Emit,
    Delay,
    Wait,
    Child,
    Simulate,
}

/// <summary>When a step's dependencies count as met.</summary>
internal enum JoinKind
{
    All,
    Any,
    Quorum,
    Deadline,
}

/// <summary>
/// How the receiver of a step's effect answers in the end; decided by step, item, attempt and round alone.
/// </summary>
internal enum Ending
{
    /// <summary>It does what it should, after some outages perhaps.</summary>
    Succeeds,

    /// <summary>It refuses for good, without an effect.</summary>
    Refuses,

    /// <summary>It refuses until a person has retried the invocation.</summary>
    RefusesAtFirst,

    /// <summary>Every attempt breaks off, and there are only a few.</summary>
    Exhausts,

    /// <summary>Every attempt breaks off, and the step as a whole has a time limit.</summary>
    RunsOutOfTime,

    /// <summary>Every attempt takes longer than it may, and there are only a few.</summary>
    Hangs,
}

/// <summary>How a step's compensation goes.</summary>
internal enum Undoing
{
    None,
    Works,
    Refuses,
}

/// <summary>One step of a random process. As data, so that it can be shrunk.</summary>
internal sealed record ProgramStep(string Name, StepKind Kind)
{
    public ImmutableArray<string> After { get; init; } = [];

    public JoinKind Join { get; init; }

    /// <summary>Of a quorum or a deadline: how many.</summary>
    public int Needed { get; init; }

    /// <summary>Its condition; null: none.</summary>
    public bool? When { get; init; }

    /// <summary>Mapped over so many items; null: not mapped.</summary>
    public int? Items { get; init; }

    public int? Parallel { get; init; }

    public Ending Ending { get; init; }

    /// <summary>Of a mapped step: the one item that <see cref="Ending"/> is about.</summary>
    public int EndingItem { get; init; }

    /// <summary>Attempts that break off before the one that counts.</summary>
    public int Outages { get; init; }

    /// <summary>Attempts that break off do so behind the effect.</summary>
    public bool EffectFirst { get; init; }

    public Undoing Undo { get; init; }

    public bool Detached { get; init; }

    /// <summary>Dependencies whose results its own is made of.</summary>
    public ImmutableArray<string> Uses { get; init; } = [];

    /// <summary>Signal, process of the child, or counter.</summary>
    public string Target { get; init; } = "";

    /// <summary>Its part of its result, or what it adds to the counter.</summary>
    public int Amount { get; init; } = 1;

    /// <summary>Milliseconds an attempt takes; of a delay: how long it is.</summary>
    public int Milliseconds { get; init; }

    /// <summary>Of a wait: it gives up after a while.</summary>
    public bool GivesUp { get; init; }

    /// <summary>Attempts at once, across invocations; null: no limit.</summary>
    public int? Limit { get; init; }
}

/// <summary>How a random process runs.</summary>
internal enum ProcessForm
{
    Graph,
    DirectPipeline,
    QueuedPipeline,
}

/// <summary>A random process.</summary>
internal sealed record ProgramProcess(string Name, int Version, ImmutableArray<ProgramStep> Steps)
{
    public ProcessForm Form { get; init; }

    /// <summary>Siblings of a failed step run to their end.</summary>
    public bool FinishSiblings { get; init; }

    public bool HasDeadline { get; init; }
}

/// <summary>What a client does.</summary>
internal enum Act
{
    Start,
    Attach,
    Reject,
    Replace,
    AwaitSecondRun,
    Signal,
    Pause,
    Resume,
    Cancel,
    Await,
    RetryUntilCompleted,
    CallCounter,
}

/// <summary>One command, so many virtual milliseconds after the one before it.</summary>
/// <param name="Act">What.</param>
/// <param name="After">Milliseconds.</param>
/// <param name="Name">Signal or counter.</param>
/// <param name="Id">Of the signal or the operation.</param>
internal sealed record Command(Act Act, int After, string Name = "", string Id = "");

/// <summary>One invocation, and what one client does with it, in order.</summary>
internal sealed record Lane(string Key, string Process, ImmutableArray<Command> Commands)
{
    /// <summary>Somebody follows its events from the first to its end.</summary>
    public bool IsWatched { get; init; }
}

/// <summary>Processes, and what clients do with them side by side.</summary>
/// <param name="Processes">By name and version.</param>
/// <param name="Lanes">Side by side.</param>
/// <param name="UpgradeAt">
/// When the second version of a process is rolled out, in virtual milliseconds; null: there is none.
/// </param>
internal sealed record RandomProgram(
    ImmutableArray<ProgramProcess> Processes, ImmutableArray<Lane> Lanes, int? UpgradeAt)
{
    /// <summary>What every signal brings.</summary>
    public const int SignalValue = 7;

    public ProgramProcess Find(string process, int version) =>
        Processes.First(p => p.Name == process && p.Version == version);

    /// <summary>A step by process and name: names are not used again in later versions.</summary>
    public ProgramStep Step(string process, string step) =>
        Processes.Where(p => p.Name == process).SelectMany(p => p.Steps).First(s => s.Name == step);

    /// <summary>Whether how much time goes by elsewhere could decide what comes out.</summary>
    public bool TrustsClocks => Processes.SelectMany(p => p.Steps).Any(s => s.Join == JoinKind.Deadline);
}
