using Orleans.Concurrency;

namespace Actors.Silo.Orleans.Work;

/// <summary>One queue of the work stream.</summary>
[Alias("actors.work-part")]
internal interface IWorkPartGrain : IGrainWithIntegerKey
{
    /// <summary>Puts an attempt at the end.</summary>
    /// <exception cref="InvalidOperationException">The queue is full.</exception>
    [Alias("put")]
    Task PutAsync(WorkBatch work);

    /// <summary>
    /// Takes what is there. If nothing is, waits a moment for the first: so nobody has to look again and again, and an
    /// attempt goes on as soon as it comes.
    /// </summary>
    /// <param name="max">How many are taken at most.</param>
    /// <returns>In order; empty if none came.</returns>
    [Alias("take")]
    Task<Immutable<WorkBatch[]>> TakeAsync(int max);
}

/// <summary>
/// A queue in memory. What is in it is lost with its silo: the journals know what is outstanding, and hand it out
/// again.
/// </summary>
[Reentrant]
[GrainType("actors.work-part")]
internal sealed class WorkPartGrain(ActorsClusterOptions options, TimeProvider time)
    : global::Orleans.Grain, IWorkPartGrain
{
    /// <summary>How many attempts wait in one queue at most.</summary>
    public const int CountMax = 16_384;

    private readonly Queue<WorkBatch> _queue = [];
    private TaskCompletionSource? _taker;
    private int _takers;

    // Greater than that of an earlier life of the queue, whose takers may still be there.
    private long _sequence = time.GetUtcNow().Ticks;

    /// <inheritdoc/>
    public Task PutAsync(WorkBatch work)
    {
        if (_queue.Count >= CountMax)
            throw new InvalidOperationException($"a queue of the work stream is full: {CountMax} attempts wait in it");
        _queue.Enqueue(work);
        Release();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Immutable<WorkBatch[]>> TakeAsync(int max)
    {
        // Who took before is another silo's agent, from which the queue has moved, or of a silo that has died: it is
        // given nothing more, whether it has woken up by now or not.
        var taker = ++_takers;
        Release();
        if (_queue.Count == 0) await NextAsync();
        if (taker != _takers) return Array.Empty<WorkBatch>().AsImmutable();
        var count = Math.Min(max, _queue.Count);
        var taken = new WorkBatch[count];
        for (var i = 0; i < count; i++)
        {
            var work = _queue.Dequeue();
            taken[i] = new WorkBatch
            {
                StreamId = work.StreamId, Work = work.Work, Context = work.Context, Sequence = ++_sequence,
            };
        }

        return taken.AsImmutable();
    }

    private void Release()
    {
        _taker?.TrySetResult();
        _taker = null;
    }

    private async Task NextAsync()
    {
        var taker = _taker = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await taker.Task.WaitAsync(options.WorkPatience, time);
        }
        catch (TimeoutException)
        {
            if (_taker == taker) _taker = null;
        }
    }
}
