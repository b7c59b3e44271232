namespace Actors.Client.Http;

/// <summary>The pauses of one call between its repetitions, and the end of them.</summary>
internal sealed class Patience(HttpActorsClientOptions options)
{
    private long _failingSince;
    private int _pauses;

    /// <summary>Something worked: the time for repetitions starts anew.</summary>
    public void Renew() => _pauses = 0;

    /// <summary>Pauses before the next repetition.</summary>
    /// <param name="atLeast">What the silo asked for.</param>
    /// <param name="cancellationToken">Ends the pause.</param>
    /// <returns>False, at once, if the time for repetitions would be over after the pause.</returns>
    public async ValueTask<bool> PauseAsync(TimeSpan? atLeast, CancellationToken cancellationToken)
    {
        if (_pauses == 0) _failingSince = options.Time.GetTimestamp();
        var delay = Delay(_pauses++);
        if (atLeast > delay) delay = atLeast.Value;
        if (options.Time.GetElapsedTime(_failingSince) + delay > options.RetryTimeMax) return false;
        await Task.Delay(delay, options.Time, cancellationToken);
        return true;
    }

    private TimeSpan Delay(int pauses)
    {
        var ceiling = Math.Min(
            options.RetryDelayMax.TotalMilliseconds, options.RetryDelayFirst.TotalMilliseconds * Math.Pow(2, pauses));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + Random.Shared.NextDouble() / 2));
    }
}
