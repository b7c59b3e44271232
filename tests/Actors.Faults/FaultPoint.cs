using System.Diagnostics;

namespace Actors.Faults;

/// <summary>Ends this process, as SIGKILL does, when one boundary is crossed for the n-th time.</summary>
/// <param name="boundary">Which.</param>
/// <param name="at">Which crossing, from 1; 0: never.</param>
internal sealed class FaultPoint(Boundary boundary, int at)
{
    private int _crossings;

    /// <summary>How often the boundary was crossed.</summary>
    public int Crossings => Volatile.Read(ref _crossings);

    public void Cross(Boundary crossed)
    {
        if (crossed != boundary || Interlocked.Increment(ref _crossings) != at) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
