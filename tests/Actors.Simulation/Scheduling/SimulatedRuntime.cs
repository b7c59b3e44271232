using Actors.Silo.Embedded.Hosting;

namespace Actors.Simulation.Scheduling;

/// <summary>The thread pool, ids and chance of one simulated process.</summary>
internal sealed class SimulatedRuntime(SimulatedNode node, SimulatedRandom random) : HostRuntime
{
    public override IEqualityComparer<GrainKey> Keys => StableKeys.Instance;

    public override bool MayBlock => true;

    /// <summary>What can't be short is tried, too.</summary>
    public override int ShortRunsMin => 0;

    public override void Queue(IThreadPoolWorkItem item, bool preferLocal) =>
        node.Scheduler.Post(node, static state => ((IThreadPoolWorkItem)state!).Execute(), item);

    public override Task CancelAsync(CancellationTokenSource source)
    {
        var done = new TaskCompletionSource();
        node.Post(() =>
        {
            try
            {
                source.Cancel();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    public override string NewId() => $"{random.NextBits():x16}{random.NextBits():x16}";

    public override double NextRandom() => random.NextDouble();

    /// <summary>Hashes that are the same in every process of this machine, so that walks go the same way.</summary>
    private sealed class StableKeys : IEqualityComparer<GrainKey>
    {
        public static StableKeys Instance { get; } = new();

        public bool Equals(GrainKey x, GrainKey y) => x == y;

        public int GetHashCode(GrainKey key)
        {
            var hash = 2166136261u ^ (uint)key.Kind;
            foreach (var c in key.Tenant) hash = (hash ^ c) * 16777619u;
            foreach (var c in key.Type) hash = (hash ^ c) * 16777619u;
            foreach (var c in key.Id) hash = (hash ^ c) * 16777619u;
            return (int)hash;
        }
    }
}
