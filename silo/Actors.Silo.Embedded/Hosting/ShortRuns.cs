using System.Collections.Concurrent;
using Actors.Grains.Work;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Knows which pure stages are short, from having run them: the last eight runs that began with a stage ended on the
/// thread on which they began, each within a time. One run that does not, and the stage has to prove itself anew.
/// </summary>
/// <param name="inner">Runs attempts.</param>
/// <param name="most">What is short; zero: nothing is.</param>
/// <param name="time">Measures.</param>
/// <param name="runtime">Says how many runs it takes.</param>
internal sealed class ShortRuns(IWorker inner, TimeSpan most, TimeProvider time, HostRuntime runtime) : IWorker
{
    /// <summary>Stages that are known; what comes behind them is never short.</summary>
    public const int StagesMax = 10_000;

    private static readonly Lazy<ExecutionContext?> NoContext = new(FindNoContext);

    private readonly ConcurrentDictionary<(string Process, string Step), Stage> _stages = new();

    /// <inheritdoc/>
    public ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
    {
        if (!item.IsPure || most == TimeSpan.Zero) return inner.RunAsync(item, cancellationToken);
        var started = time.GetTimestamp();
        var running = inner.RunAsync(item, cancellationToken);
        Note(item.Key, running.IsCompleted && time.GetElapsedTime(started) <= most);
        return running;
    }

    /// <summary>Whether the stages that an attempt begins with have been short.</summary>
    public bool IsShort(WorkItem item)
    {
        if (most == TimeSpan.Zero) return false;
        var isKnown = _stages.TryGetValue((item.Key.Invocation.Process, item.Key.Step), out var stage);
        return (isKnown ? stage!.ShortRuns : 0) >= runtime.ShortRunsMin;
    }

    /// <summary>
    /// Runs an attempt on this thread, without what flows with the caller: its code sees the same as on a worker's
    /// thread. One that does not end at once is told to stop.
    /// </summary>
    /// <returns>What became of it; null: it has not ended, or can't be run.</returns>
    public StepOutcome? RunAtOnce(WorkItem item)
    {
        var run = new Run(this, item);
        if (NoContext.Value is { } context) ExecutionContext.Run(context, static run => ((Run)run!).Begin(), run);
        else run.Begin();
        if (run.Running.IsCompletedSuccessfully) return run.Running.Result;
        if (!run.Running.IsCompleted) _ = runtime.CancelAsync(run.Cancel);
        _ = ObserveAsync(run.Running);
        return null;
    }

    // What it gives comes too late; the attempt is made again by a worker, which tells what fails.
    private static async Task ObserveAsync(Task running) =>
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Note(WorkKey key, bool wasShort)
    {
        var name = (key.Invocation.Process, key.Step);
        if (!_stages.TryGetValue(name, out var stage))
        {
            if (_stages.Count >= StagesMax) return;
            stage = _stages.GetOrAdd(name, static _ => new Stage());
        }

        if (!wasShort) stage.ShortRuns = 0;
        else if (stage.ShortRuns < runtime.ShortRunsMin) stage.ShortRuns++;
    }

    // A thread of its own begins with none; the calling one may have that of whoever called.
    private static ExecutionContext? FindNoContext()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context;
    }

    /// <summary>What is known of a stage. Two that count at once may lose a run.</summary>
    private sealed class Stage
    {
        private int _shortRuns;

        public int ShortRuns
        {
            get => Volatile.Read(ref _shortRuns);
            set => Volatile.Write(ref _shortRuns, value);
        }
    }

    private sealed class Run(ShortRuns worker, WorkItem item)
    {
        public CancellationTokenSource Cancel { get; } = new();

        public Task<StepOutcome> Running { get; private set; } = null!;

        public void Begin()
        {
            try
            {
                Running = worker.RunAsync(item, Cancel.Token).AsTask();
            }
            catch (Exception e)
            {
                Running = Task.FromException<StepOutcome>(e);
            }
        }
    }
}
