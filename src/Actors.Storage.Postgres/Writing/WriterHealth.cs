using Actors.Journal;
using Microsoft.Extensions.Logging;

namespace Actors.Storage.Postgres.Writing;

/// <summary>Whether appends are taken, and what those that are not get.</summary>
internal sealed class WriterHealth(string place, ILogger logger) : IWriterHealth
{
    private volatile StoreHealth _current = StoreHealth.Ready;
    private volatile bool _gaveUp;
    private volatile Exception? _cause;
    private volatile string _stopReason = "it was closed";

    public StoreHealth Current => _current;

    /// <summary>What a new append gets; null: it is taken, if only to wait for the server.</summary>
    public Func<Exception>? Refusal() => _current switch
    {
        StoreHealth.Full => FullException,
        StoreHealth.Away when _gaveUp => AwayException,
        StoreHealth.Stopped => StoppedException,
        _ => null,
    };

    public StoreStoppedException StoppedException() => new(
        $"The store '{place}' takes no more appends: {_stopReason}. Open it anew (restart the process).", _cause);

    public StoreException AwayException() => new(
        $"The server of the store '{place}' is away ({_cause?.Message}). What was being written may or may not have " +
        "been done: read again when the server is back.",
        _cause);

    public void Stop(string reason, Exception? cause)
    {
        if (_current == StoreHealth.Stopped) return;
        (_stopReason, _cause) = (reason, cause);
        _current = StoreHealth.Stopped;
        PostgresJournalLog.Stopped(logger, place, reason, cause);
    }

    public void Close() => _current = StoreHealth.Stopped;

    /// <summary>The server can't be reached; appends wait.</summary>
    public void Away(Exception cause)
    {
        _cause = cause;
        if (_current is StoreHealth.Stopped or StoreHealth.Away) return;
        _current = StoreHealth.Away;
        PostgresJournalLog.Away(logger, place, cause);
    }

    /// <summary>It has been away for so long that nobody waits any more.</summary>
    public void GiveUp() => _gaveUp = true;

    public void Ready()
    {
        _gaveUp = false;
        if (_current is StoreHealth.Stopped or StoreHealth.Ready) return;
        _current = StoreHealth.Ready;
        PostgresJournalLog.Ready(logger, place);
    }

    public Func<Exception> Full(Exception cause)
    {
        if (_current is StoreHealth.Ready or StoreHealth.Away)
        {
            _cause = cause;
            _current = StoreHealth.Full;
            PostgresJournalLog.Full(logger, place);
        }

        return FullException;
    }

    public Func<Exception> Failed(Exception cause)
    {
        PostgresJournalLog.WriteFailed(logger, place, cause);
        return () => new StoreException(
            $"A write to the store '{place}' failed ({cause.Message}). Read again.", cause);
    }

    private StoreFullException FullException() => new(
        $"There is no room for the store '{place}'. Nothing was appended; make room on the server, and it goes on by " +
        "itself.",
        _cause);
}
