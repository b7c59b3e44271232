using Actors.Journal;
using Actors.Storage.Sqlite.Native;
using Microsoft.Extensions.Logging;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>Judges what a failed write means for its callers and for the store.</summary>
internal sealed class WriterHealth(string path, ILogger logger) : IWriterHealth
{
    // Less than this free counts as none: SQLite reports some shortages as plain input/output errors.
    private const long NoRoomBytes = 1 << 20;

    private volatile StoreHealth _current = StoreHealth.Ready;
    private volatile Exception? _stopCause;
    private volatile string _stopReason = "it was closed";

    public StoreHealth Current => _current;

    /// <summary>Called when the store has become full; something has to look for room from then on.</summary>
    public Action? OnFull { get; set; }

    /// <summary>What a new append gets; null: it is taken.</summary>
    public Func<Exception>? Refusal() => _current switch
    {
        StoreHealth.Full => FullException,
        StoreHealth.Stopped => StoppedException,
        _ => null,
    };

    public StoreStoppedException StoppedException() => new(
        $"The store '{path}' takes no more appends: {_stopReason}. Open it anew (restart the process) once the " +
        "cause is gone.",
        _stopCause);

    public void Stop(string reason, Exception? cause)
    {
        if (_current == StoreHealth.Stopped) return;
        (_stopReason, _stopCause) = (reason, cause);
        _current = StoreHealth.Stopped;
        SqliteJournalLog.Stopped(logger, path, reason, cause);
    }

    public void Close()
    {
        if (_current == StoreHealth.Stopped) return;
        _current = StoreHealth.Stopped;
    }

    /// <summary>A probe was written.</summary>
    public void HasRoom()
    {
        if (_current != StoreHealth.Full) return;
        _current = StoreHealth.Ready;
        SqliteJournalLog.HasRoom(logger, path);
    }

    /// <summary>A transaction failed and was rolled back.</summary>
    /// <param name="cause">With what.</param>
    /// <param name="committing">Whether in its commit: then nobody knows what reached the disk.</param>
    /// <returns>What its callers get.</returns>
    public Func<Exception> Failed(Exception cause, bool committing)
    {
        if (cause is not SqliteFailure failure)
        {
            SqliteJournalLog.WriteFailed(logger, path, cause);
            return () => Uncertain(cause);
        }

        if (failure.PrimaryCode == SqliteFailure.Full)
        {
            // Whatever was short of room was not written whole, and only what is written whole is ever read back.
            BecomeFull();
            return FullException;
        }

        if (IsShortage(failure)) BecomeFull();
        else if (committing || IsFlush(failure)) Stop($"a flush failed ({failure.Message})", failure);
        else if (failure.IsCorruption) Stop($"its file is damaged ({failure.Message})", failure);
        else SqliteJournalLog.WriteFailed(logger, path, failure);
        return () => Uncertain(failure);
    }

    private static bool IsFlush(SqliteFailure failure) =>
        failure.Code is SqliteFailure.IoErrorFsync or SqliteFailure.IoErrorDirFsync;

    private bool IsShortage(SqliteFailure failure) =>
        failure.Code is SqliteFailure.IoErrorWrite or SqliteFailure.IoErrorShmSize or SqliteFailure.IoErrorShmMap
            or SqliteFailure.IoErrorShmOpen
        && FreeBytes() < NoRoomBytes;

    private long FreeBytes()
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

    private void BecomeFull()
    {
        if (_current != StoreHealth.Ready) return;
        _current = StoreHealth.Full;
        SqliteJournalLog.Full(logger, path);
        OnFull?.Invoke();
    }

    private StoreFullException FullException() => new(
        $"There is no room for the store '{path}'. Nothing was appended; make room on its disk, and it goes on " +
        "by itself.");

    private StoreException Uncertain(Exception cause) => new(
        $"A write to the store '{path}' failed ({cause.Message}). It may or may not have been done: read again.",
        cause);
}
