namespace Actors.Core.Processes;

/// <summary>What holds where a definition says nothing.</summary>
public static class StepDefaults
{
    /// <summary>Timeout of one attempt that is handed to a worker: 1 minute.</summary>
    public static TimeSpan AttemptTimeout { get; } = TimeSpan.FromMinutes(1);
}
