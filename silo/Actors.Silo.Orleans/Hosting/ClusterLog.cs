using Microsoft.Extensions.Logging;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>What the cluster part says.</summary>
internal sealed partial class ClusterLog(ILogger<ClusterLog> logger)
{
    public ILogger Logger => logger;

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Grain {Key} did not leave in time; once another activation has appended, it can append no more")]
    public partial void MovedLate(GrainKey key);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Silo {Silo} has gone: {Count} attempts are handed out again")]
    public partial void HandedOutAgain(string silo, int count);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Grain {Key} could not be told what became of its attempt; it is handed out again when overdue")]
    public partial void NotSettled(GrainKey key, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Count} grains were due for a minute and nobody had woken them, first {First}: they are woken now")]
    public partial void WokenLate(int count, GrainKey first);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The reminder that looks for overdue timers could not be registered; the next silo tries it")]
    public partial void NotArmed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A call '{Name}' failed for a reason that was not expected")]
    public partial void CallFailed(string name, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Attempts could not be put into the work stream; they are offered again")]
    public partial void NotPublished(Exception exception);
}
