using Actors.Journal;
using Actors.Silo.Embedded;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.Network;

/// <summary>Follows a journal that any silo may write to, by looking at the store again and again.</summary>
internal sealed class GrowthLook : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private bool _isOver;

    public GrowthLook(EmbeddedGrainHost host, SimulatedNode node, GrainKey key, Action<long> grown) =>
        _ = LookAsync(host, node, key, grown);

    public ValueTask DisposeAsync()
    {
        _isOver = true;
        return default;
    }

    private async Task LookAsync(EmbeddedGrainHost host, SimulatedNode node, GrainKey key, Action<long> grown)
    {
        for (var last = 0L; !_isOver; await node.DelayAsync(Period))
        {
            try
            {
                var head = (await host.Store.ReadAsync(key, long.MaxValue)).HeadSequence;
                if (head > last && !_isOver) grown(last = head);
            }
            catch (StoreException)
            {
                // What is missed now is seen at the next look.
            }
        }
    }
}
