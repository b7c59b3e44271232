using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>While the store is full: tries now and then whether there is room again.</summary>
internal sealed class RoomProbe : IDisposable
{
    private const int ProbeBytes = 64 * 1024;

    private readonly SqliteConnection _connection;
    private readonly WriterQueue _queue;
    private readonly WriterHealth _health;
    private readonly JournalWriter _writer;
    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private readonly Action _fill;
    private readonly Action _empty;

    public RoomProbe(
        SqliteConnection connection,
        WriterQueue queue,
        WriterHealth health,
        JournalWriter writer,
        TimeSpan interval,
        TimeProvider time)
    {
        _connection = connection;
        _queue = queue;
        _health = health;
        _writer = writer;
        _interval = interval;
        var never = Timeout.InfiniteTimeSpan;
        _timer = time.CreateTimer(_ => _queue.TryEnqueue(Probe), null, never, never);
        var fill = connection.Prepare(
            $"INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', zeroblob({ProbeBytes}))");
        var empty = connection.Prepare("DELETE FROM meta WHERE name = 'probe'");
        _fill = fill.Run;
        _empty = empty.Run;
        health.OnFull = Schedule;
    }

    public void Dispose() => _timer.Dispose();

    private void Schedule() => _timer.Change(_interval, Timeout.InfiniteTimeSpan);

    private void Probe()
    {
        if (_health.Current != StoreHealth.Full) return;
        try
        {
            // The log may have room in itself once its content is in the file.
            _connection.Checkpoint(truncate: false);
        }
        catch (SqliteFailure)
        {
            // No room for that either; the write below tells.
        }

        try
        {
            _writer.Transact(_fill);
            _writer.Transact(_empty);
            _health.HasRoom();
        }
        catch (StoreException)
        {
            if (_health.Current == StoreHealth.Full) Schedule();
        }
    }
}
