
namespace Actors.Silo.Orleans.Hosting;

/// <summary>What may go wrong between silos.</summary>
internal static class WireFailures
{
    /// <summary>Whether an exception says that the answer was lost, or the request never arrived.</summary>
    public static bool IsLoss(Exception e) =>
        e is OrleansException or TimeoutException or UnavailableException or ObjectDisposedException;

    /// <summary>The same, for the engine's edge.</summary>
    public static UnavailableException ToUnavailable(GrainKey key, Exception e) => e as UnavailableException ??
        new UnavailableException($"it is not known whether grain '{key}' was reached: {e.Message}", e);
}
