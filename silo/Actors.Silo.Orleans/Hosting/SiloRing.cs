using System.Text;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>
/// Which of the active silos looks after a grain that is in nobody's memory: each has its share by a stable hash.
/// While silos disagree on who is active, a grain may be woken twice, or at the next scan.
/// </summary>
internal sealed class SiloRing(ISiloStatusOracle silos)
{
    private volatile Share _share = new(0, 1);

    private sealed record Share(int Index, int Count);

    public SiloAddress Here => silos.SiloAddress;

    /// <summary>The part of this silo in what all active ones share evenly.</summary>
    public double Part => 1.0 / _share.Count;

    /// <summary>Looks again who is active.</summary>
    public void Refresh()
    {
        var active = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Append(Here).Distinct().Order().ToArray();
        _share = new Share(Array.IndexOf(active, Here), active.Length);
    }

    public bool Keeps(GrainKey key)
    {
        var share = _share;
        return share.Count == 1 || FrozenHash.Of(key.ToString()) % (uint)share.Count == (uint)share.Index;
    }

    public bool IsDead(SiloAddress silo) => silos.IsDeadSilo(silo);
}

/// <summary>A hash that is the same in every process: FNV-1a, 32 bit.</summary>
internal static class FrozenHash
{
    public static uint Of(string text)
    {
        var hash = 2166136261;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * 16777619);
        return hash;
    }
}
