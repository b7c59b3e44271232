using System.Collections.Concurrent;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Batches of grains that have left memory, for those that come: most grains live for one run only. Keeps 256 at most,
/// and none that has grown large.
/// </summary>
internal sealed class TurnBatchPool
{
    private const int CountMax = 256;
    private const int BytesMax = 16 * 1024;
    private const int EffectsMax = 64;

    private readonly ConcurrentQueue<TurnBatch> _spare = new();
    private int _count;

    public TurnBatch Rent()
    {
        if (!_spare.TryDequeue(out var batch)) return new TurnBatch();
        Interlocked.Decrement(ref _count);
        return batch;
    }

    /// <param name="batch">Empty, and used by nobody else from now on.</param>
    public void Return(TurnBatch? batch)
    {
        if (batch is null) return;
        batch.Clear();
        if (batch.Events.Capacity <= BytesMax && batch.Effects.Capacity <= EffectsMax)
        {
            if (Interlocked.Increment(ref _count) <= CountMax)
            {
                _spare.Enqueue(batch);
                return;
            }

            Interlocked.Decrement(ref _count);
        }

        batch.Dispose();
    }
}
