using Microsoft.Extensions.Logging;

namespace Actors.Storage.Sqlite;

/// <summary>What the store tells its operator.</summary>
internal static partial class SqliteJournalLog
{
    [LoggerMessage(1, LogLevel.Information, "Store {Path} opened under epoch {Epoch} with SQLite {Version}")]
    public static partial void Opened(ILogger logger, string path, long epoch, string version);

    [LoggerMessage(2, LogLevel.Error, "There is no room for the store {Path}: new work is refused until there is")]
    public static partial void Full(ILogger logger, string path);

    [LoggerMessage(3, LogLevel.Information, "There is room for the store {Path} again")]
    public static partial void HasRoom(ILogger logger, string path);

    [LoggerMessage(4, LogLevel.Critical, "Store {Path} stopped: {Reason}. Check its disk, then restart the process")]
    public static partial void Stopped(ILogger logger, string path, string reason, Exception? exception);

    [LoggerMessage(5, LogLevel.Error, "A write to the store {Path} failed; its callers will read again")]
    public static partial void WriteFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The write-ahead log could not be copied into the file now; nothing is lost")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception);
}
