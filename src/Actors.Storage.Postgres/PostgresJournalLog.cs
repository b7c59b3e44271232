using Microsoft.Extensions.Logging;

namespace Actors.Storage.Postgres;

/// <summary>What the store tells its operator.</summary>
internal static partial class PostgresJournalLog
{
    [LoggerMessage(1, LogLevel.Information, "Store {Place} opened under epoch {Epoch} on PostgreSQL {Version}")]
    public static partial void Opened(ILogger logger, string place, long epoch, string version);

    [LoggerMessage(2, LogLevel.Error, "There is no room for the store {Place}: new work is refused until there is")]
    public static partial void Full(ILogger logger, string place);

    [LoggerMessage(3, LogLevel.Information, "The store {Place} takes appends again")]
    public static partial void Ready(ILogger logger, string place);

    [LoggerMessage(4, LogLevel.Critical, "Store {Place} stopped: {Reason}. Restart the process")]
    public static partial void Stopped(ILogger logger, string place, string reason, Exception? exception);

    [LoggerMessage(5, LogLevel.Error, "A write to the store {Place} failed; its callers will read again")]
    public static partial void WriteFailed(ILogger logger, string place, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The server of the store {Place} is away; trying to reach it again")]
    public static partial void Away(ILogger logger, string place, Exception exception);

    [LoggerMessage(
        7, LogLevel.Warning, "The answer to a commit was lost; reading shows that it was done: {WasDone}")]
    public static partial void Resolved(ILogger logger, bool wasDone);

    [LoggerMessage(
        8, LogLevel.Warning, "The server of the store {Place} runs with fsync off: what it acknowledges can be lost")]
    public static partial void NotDurable(ILogger logger, string place);

    [LoggerMessage(10, LogLevel.Information, "Standing by for store {Place}, which {Holder} owns")]
    public static partial void Standby(ILogger logger, string place, string holder);

    [LoggerMessage(9, LogLevel.Information, "Migrated schema {Schema} to version {Version}: {Title}")]
    public static partial void Migrated(ILogger logger, string schema, int version, string title);
}
