using Actors.Silo.Orleans.Shells;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>
/// This silo, from before its engine runs: Orleans may place grains here earlier than that.
/// </summary>
internal sealed class ClusterSilo(TimeProvider time)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource<ClusterHost> _running =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _leaving = new();

    public ShellTable Shells { get; } = new();

    /// <summary>Cancelled when this silo stops: nobody is to wait here for what may take long.</summary>
    public CancellationToken Leaving => _leaving.Token;

    /// <summary>The host; null until the engine starts.</summary>
    public ClusterHost? Running { get; private set; }

    /// <summary>From now on callers that wait are sent away after a moment, and find the grain elsewhere.</summary>
    public void Leave() => _leaving.Cancel();

    public void Run(ClusterHost host)
    {
        Running = host;
        _running.TrySetResult(host);
    }

    /// <exception cref="UnavailableException">The engine did not start in time.</exception>
    public async ValueTask<ClusterHost> WhenRunningAsync()
    {
        if (Running is { } running) return running;
        try
        {
            return await _running.Task.WaitAsync(StartPatience, time);
        }
        catch (TimeoutException e)
        {
            throw new UnavailableException("the engine of this silo has not started yet; try again", e);
        }
    }
}
