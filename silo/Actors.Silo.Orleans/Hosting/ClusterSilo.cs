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

    public ShellTable Shells { get; } = new();

    /// <summary>The host; null until the engine starts.</summary>
    public ClusterHost? Running { get; private set; }

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
