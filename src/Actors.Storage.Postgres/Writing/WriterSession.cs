using System.Data;
using Actors.Journal;
using Actors.Storage.Postgres.Opening;
using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// The writer's connection, as a session of the owner. One that broke is replaced by a new session, in which the old
/// one can do nothing any more. Only on the writer's thread.
/// </summary>
internal sealed class WriterSession(
    Database database, long epoch, PostgresJournalOptions options, WriterHealth health, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ClosingOutageMax = TimeSpan.FromSeconds(2);

    private readonly ManualResetEventSlim _closing = new();
    private NpgsqlConnection? _connection;
    private long _renewedAt = time.GetTimestamp();

    /// <summary>Of the owner.</summary>
    public long Epoch => epoch;

    /// <summary>Number of the session.</summary>
    public long Number { get; private set; }

    /// <summary>From now on a server that is away is not waited for long.</summary>
    public void BeginClosing() => _closing.Set();

    /// <summary>The connection; a new one if there is none.</summary>
    /// <exception cref="StoreStoppedException">Another process owns the store.</exception>
    /// <exception cref="Exception">The server is away, and has been for as long as it is waited for; or it refuses.
    /// </exception>
    public NpgsqlConnection Get()
    {
        if (_connection is { State: ConnectionState.Open } connection) return connection;
        // The driver closes it after errors such as a full disk.
        Drop();
        var since = time.GetTimestamp();
        var pause = PauseFirst;
        while (true)
        {
            try
            {
                return Begin();
            }
            catch (Exception e) when (e is not StoreException && !Failures.IsFull(e))
            {
                // Whatever refuses the session: without one there is nothing to be ready with.
                health.Away(e);
                var max = _closing.IsSet ? ClosingOutageMax : options.OutageMax;
                if (!Failures.IsAway(e) || health.Refusal() is not null || time.GetElapsedTime(since) >= max)
                {
                    health.GiveUp();
                    throw;
                }
            }

            // Closing shortens the outage that is waited for, not the pause between two tries.
            if (_closing.IsSet) Thread.Sleep(pause);
            else _closing.Wait(pause);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    /// <summary>The connection is not to be used again, by nobody.</summary>
    public void Drop()
    {
        if (_connection is null) return;
        database.Forget();
        Return();
    }

    /// <summary>Renews ownership if it is time to; in a new session, if this one is refused it.</summary>
    /// <exception cref="StoreStoppedException">It is lost.</exception>
    /// <exception cref="Exception">As for <see cref="Get"/>.</exception>
    public void RenewIfDue()
    {
        if (time.GetElapsedTime(_renewedAt) < options.Lease / 3) return;
        _renewedAt = time.GetTimestamp();
        try
        {
            if (!Ownership.Renew(Get(), epoch, options.Lease)) throw Disowned(null);
        }
        catch (PostgresException e) when (!Failures.IsAway(e) && !Failures.IsFull(e))
        {
            // A session begins by renewing. If that is refused, too, nothing holds the store for long any more.
            Drop();
            Get();
        }
    }

    /// <summary>Another process owns the store: nothing is written any more.</summary>
    public StoreStoppedException Disowned(Exception? cause)
    {
        if (health.Current != StoreHealth.Stopped)
        {
            // First why, then that: whoever sees that it has stopped may end the program, and say why.
            options.OnLost?.Invoke();
            health.Stop(
                "another process has taken it over, because this one did not renew its lease in time or had lost its " +
                "connection",
                cause);
        }

        return health.StoppedException();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return();
        _closing.Dispose();
    }

    private void Return()
    {
        try
        {
            _connection?.Dispose();
        }
        catch (Exception e) when (Failures.IsAway(e))
        {
            // It was broken; that is why it is given up.
        }

        _connection = null;
    }

    private NpgsqlConnection Begin()
    {
        _connection = database.Open();
        try
        {
            Number = Ownership.BeginSession(_connection, epoch, options.Lease) ?? throw Disowned(null);
        }
        catch
        {
            // Not even half of it is kept: the next one has a number of its own.
            Drop();
            throw;
        }

        _renewedAt = time.GetTimestamp();
        health.Ready();
        return _connection;
    }
}
