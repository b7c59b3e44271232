namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// What a host takes from the runtime and not from its ports: threads, ids, chance. A simulator puts its own in its
/// place, so that one thread and one seed decide everything.
/// </summary>
internal class HostRuntime
{
    /// <summary>The thread pool, and the runtime's generators.</summary>
    public static HostRuntime Default { get; } = new();

    /// <summary>How keys are compared and hashed; null: as they do it themselves.</summary>
    public virtual IEqualityComparer<GrainKey>? Keys => null;

    /// <summary>Runs something soon, and never on the caller's stack.</summary>
    public virtual void Queue(IThreadPoolWorkItem item, bool preferLocal) =>
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal);

    /// <summary>
    /// Whether the calling thread may be kept for a moment: one of the pool, never that of a user interface or another
    /// of the program's own.
    /// </summary>
    public virtual bool MayBlock => Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>How many runs of a pure stage in a row have to be short until its turn waits for it.</summary>
    public virtual int ShortRunsMin => 8;

    /// <summary>Signals a token; what is registered with it does not run on the caller's stack.</summary>
    public virtual Task CancelAsync(CancellationTokenSource source) => source.CancelAsync();

    /// <summary>As <see cref="Actors.Grains.Hosting.IGrainTurn.NewId"/>.</summary>
    public virtual string NewId() => Guid.CreateVersion7().ToString("N");

    /// <summary>As <see cref="Actors.Grains.Hosting.IGrainTurn.NextRandom"/>.</summary>
    public virtual double NextRandom() => Random.Shared.NextDouble();
}

/// <summary>Waiting without leaving the caller's context.</summary>
internal static class InPlaceWaits
{
    /// <summary>
    /// The same task, awaited: what is then built upon it goes on in the context of the caller, if it has one, and not
    /// on the thread pool.
    /// </summary>
    public static async Task InPlace(this Task task) => await task;
}
