using Microsoft.Extensions.Logging;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>What the host says.</summary>
internal sealed partial class HostLog(ILogger logger)
{
    [LoggerMessage(Level = LogLevel.Error,
        Message = "Grain {Key} failed in a turn ({Message}) and was dropped; it is read again from its journal")]
    public partial void TurnFailed(GrainKey key, string message, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "An append of grain {Key} was refused: {Result}; the grain is read again")]
    public partial void AppendRefused(GrainKey key, string result);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "An append of grain {Key} failed and is uncertain; the grain is read again")]
    public partial void AppendFailed(GrainKey key, Exception exception);

    [LoggerMessage(Level = LogLevel.Critical,
        Message = "The store takes no more appends in this process; nothing goes on until it is restarted")]
    public partial void StoreStopped(Exception exception);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The journal of grain {Key} can't be trusted; the grain stays closed until somebody has looked")]
    public partial void Corrupt(GrainKey key, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Grain {Key} could not be activated; tried again later")]
    public partial void LoadFailed(GrainKey key, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The mailbox of grain {Key} is full: message {Message} was dropped")]
    public partial void MailboxFull(GrainKey key, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "Took up {Count} unfinished grains")]
    public partial void Resumed(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The scan for {What} failed; tried again at the next round")]
    public partial void ScanFailed(string what, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A worker broke its promise not to throw: {Step} of {Invocation}")]
    public partial void WorkerThrew(string step, InvocationId invocation, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Somebody who watches the journal of {Key} threw")]
    public partial void WatcherThrew(GrainKey key, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Stopped with {Count} appends in flight; they are stored or not")]
    public partial void DrainTimedOut(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "An effect of grain {Key} could not be carried out: {Effect}")]
    public partial void EffectFailed(GrainKey key, EffectKind effect, Exception exception);
}
