using Actors.Silo.Embedded;

namespace Actors.Simulation.Mutants;

/// <summary>A fault planted into the engine's surroundings, to see that the simulation finds it.</summary>
internal enum Mutant
{
    None,

    /// <summary>The store takes what a stale owner appends.</summary>
    NoFence,

    /// <summary>An append is acknowledged before it is safe.</summary>
    AcknowledgesBeforeFlush,

    /// <summary>
    /// An append that failed is taken as done: as by who tries a failed flush again, which then succeeds.
    /// </summary>
    TakesFailedFlushAsDone,

    /// <summary>Now and then an append is acknowledged and not done.</summary>
    LosesAppends,

    /// <summary>Now and then an append is done twice.</summary>
    AppendsTwice,

    /// <summary>The last of several events of an append is left out.</summary>
    TearsAppends,

    /// <summary>Lists are not written with the history.</summary>
    ForgetsProjection,

    /// <summary>A timer is not written with the history.</summary>
    ForgetsWakeUp,

    /// <summary>That work is out is not written with the history.</summary>
    ForgetsResume,

    /// <summary>A grain is loaded without its last record.</summary>
    ReadsOldHistory,

    /// <summary>A grain is loaded without the events of one kind.</summary>
    SkipsUnknownEvent,

    /// <summary>The index of due timers gives nothing.</summary>
    LosesDueTimers,

    /// <summary>The index of unfinished work gives nothing.</summary>
    LosesUnfinishedWork,

    /// <summary>A step is recorded as done without having been run.</summary>
    SkipsSteps,

    /// <summary>A compensation is recorded as done without having been run.</summary>
    SkipsUndo,

    /// <summary>An outage is taken for success.</summary>
    TakesOutageForSuccess,

    /// <summary>An outage is taken for an answer.</summary>
    TakesOutageForRefusal,

    /// <summary>An answer is taken for an outage.</summary>
    TakesRefusalForOutage,

    /// <summary>Each attempt has an idempotency key of its own.</summary>
    KeyPerAttempt,

    /// <summary>
    /// What was done before is looked for when it has been done again: the effect happens twice, the answer once.
    /// </summary>
    DedupesAfterTheEffect,

    /// <summary>An outcome does not come back.</summary>
    LosesOutcomes,

    /// <summary>An outcome names another attempt.</summary>
    MixesUpAttempts,

    /// <summary>Results are not those of the handler.</summary>
    ChangesResults,

    /// <summary>Results are not kept.</summary>
    ForgetsResults,

    /// <summary>An operation of an entity is applied again when it is repeated.</summary>
    RepeatsOperations,

    /// <summary>An event is recorded as told, and nobody was.</summary>
    LosesEvents,

    /// <summary>A signal that comes twice counts twice.</summary>
    RepeatsSignals,
}

/// <summary>Plants mutants around the engine: its own code knows of none of them.</summary>
internal static class MutantPlant
{
    public static void Plant(Mutant mutant, ActorsOptions options)
    {
        if (mutant == Mutant.None) return;
        var open = options.Store!;
        options.Store = async (services, cancellationToken) =>
            new MutantStore(mutant, await open(services, cancellationToken));
        options.WrapWorker = worker => new MutantWorker(mutant, worker);
    }
}
