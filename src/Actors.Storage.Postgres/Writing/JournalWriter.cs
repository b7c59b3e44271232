using Actors.Journal;
using Actors.Storage.Postgres.Opening;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// The one thread that writes; a caller that is alone may take its place. It takes what waits in the queue into one
/// commit, which is one round trip, and only then answers. A commit whose answer was lost is resolved by reading.
/// </summary>
internal sealed class JournalWriter
{
    private const int ConflictsMax = 8;

    // A commit that breaks its connection each time is not sent for ever.
    private const int SendsMax = 32;

    private readonly PostgresJournalOptions _options;
    private readonly WriterQueue _queue;
    private readonly WriterHealth _health;
    private readonly WriterSession _session;
    private readonly ILogger _logger;
    private readonly HeadTable _heads;
    private readonly AppendBatch _batch;
    private readonly List<AppendRequest> _requests = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _knownPurge;
    private long _commits;

    public JournalWriter(
        PostgresJournalOptions options, WriterQueue queue, WriterHealth health, WriterSession session, SeenHeads seen,
        ILogger logger)
    {
        _options = options;
        _queue = queue;
        _health = health;
        _session = session;
        _logger = logger;
        _heads = new HeadTable(options.HeadCacheCountMax, seen);
        _batch = new AppendBatch(_heads, new Numbers());
    }

    /// <summary>Ends when the queue was closed and everything in it is done.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Commits of appends, each with one flush.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Heads in memory; for maintenance that removes journals.</summary>
    public HeadTable Heads => _heads;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "actors-journal-writer" }.Start();

    /// <summary>Carries out one append, in the place of the writer's thread.</summary>
    public void Write(AppendRequest request)
    {
        _requests.Add(request);
        RunAppends(isHere: true);
        LookAfterSession();
    }

    /// <summary>
    /// Runs something in a transaction of its own, during which nobody else writes. Only on the writer's thread.
    /// </summary>
    /// <exception cref="StoreException">It was rolled back, or is uncertain.</exception>
    public void Transact(Action<NpgsqlConnection> body)
    {
        try
        {
            var connection = _session.Get();
            using var transaction = connection.BeginTransaction();
            if (_options.Shared) Membership.ShutOut(connection);
            using var ask = new NpgsqlCommand("SELECT require_owner($1, $2)", connection);
            ask.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _session.Epoch });
            ask.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _session.Number });
            ask.ExecuteNonQuery();
            body(connection);
            transaction.Commit();
        }
        catch (Exception e) when (e is not StoreException)
        {
            // It may have been done, and have removed journals.
            _heads.Clear();
            _heads.ForgetSeen();
            throw Judge(e)();
        }
    }

    private void Run()
    {
        try
        {
            // Until its session has begun a standby takes this owner to be gone.
            LookAfterSession(begin: true);
            while (true)
            {
                switch (_queue.Take(_requests, out var maintenance, IdleAfter))
                {
                    case WriterTurn.Appends:
                        if (_options.Shared) Sort();
                        RunAppends(isHere: false);
                        break;
                    case WriterTurn.Maintenance:
                        maintenance!();
                        break;
                    case WriterTurn.Closed:
                        return;
                }

                LookAfterSession();
            }
        }
        finally
        {
            _session.Dispose();
            _ended.SetResult();
        }
    }

    // All members lock rows in one order, so none waits for one that waits for it. Those of one key keep their order.
    private void Sort()
    {
        var sorted = _requests.OrderBy(static request => KeyHash.Of(request.Append.Key)).ToList();
        _requests.Clear();
        _requests.AddRange(sorted);
    }

    private TimeSpan IdleAfter() =>
        _health.Current is StoreHealth.Ready or StoreHealth.Stopped ? _options.Lease / 6 : _options.FullProbeInterval;

    // Renews the lease; looks whether there is room again, or the server is back.
    private void LookAfterSession(bool begin = false)
    {
        try
        {
            if (begin) _session.Get();
            switch (_health.Current)
            {
                case StoreHealth.Ready:
                    _session.RenewIfDue();
                    break;
                case StoreHealth.Full:
                    Transact(RoomProbe.Run);
                    _health.Ready();
                    break;
                case StoreHealth.Away:
                    _session.Get();
                    break;
            }
        }
        catch (Exception e)
        {
            if (e is not StoreException) Judge(e);
        }
    }

    private void RunAppends(bool isHere)
    {
        try
        {
            var failure = _health.Refusal() ?? Commit();
            if (isHere) _requests[0].Tell(failure);
            else AppendRequest.TellAll(_requests, failure);
        }
        finally
        {
            _requests.Clear();
        }
    }

    /// <returns>Null: durable. Else what to throw, anew for each caller.</returns>
    private Func<Exception>? Commit()
    {
        try
        {
            for (var conflicts = 0; ; conflicts++)
            {
                Make(distrust: conflicts > 0);
                if (_batch.IsEmpty) return null;
                try
                {
                    SendUntilSure();
                    Volatile.Write(ref _commits, _commits + 1);
                    return null;
                }
                catch (PostgresException e) when (Failures.IsConflict(e) && conflicts < ConflictsMax)
                {
                    // Somebody else appended to one of the journals: each append is judged anew by what is there now.
                    if (_options.Shared) ForgetAfter(e);
                    else _heads.Clear();
                }
            }
        }
        catch (Exception e)
        {
            _heads.Clear();
            return Judge(e);
        }
    }

    // Among members a conflict is no rarity, and says nothing of journals that were not appended to.
    private void ForgetAfter(PostgresException conflict)
    {
        foreach (var request in _requests) _heads.Forget(request.Append.Key);
        if (!Failures.IsPurged(conflict)) return;
        _heads.Clear();
        _knownPurge = null;
    }

    private void Make(bool distrust)
    {
        while (true)
        {
            var connection = _session.Get();
            try
            {
                if (_options.Shared && _knownPurge is null)
                {
                    _knownPurge = Membership.LastPurge(connection);
                    _heads.ForgetSeen();
                }

                _batch.Make(_requests, connection, distrust);
                return;
            }
            catch (Exception e) when (Failures.IsAway(e))
            {
                // Nothing was sent yet. Verdicts that were given to none are forgotten with the heads they moved.
                _session.Drop();
                _heads.Clear();
            }
        }
    }

    private void SendUntilSure()
    {
        for (var sends = 1; ; sends++)
        {
            var connection = _session.Get();
            try
            {
                Send(connection);
                return;
            }
            catch (Exception e) when (Failures.IsAway(e) && sends < SendsMax)
            {
                _session.Drop();
            }

            if (WasDone()) return;
        }
    }

    private void Send(NpgsqlConnection connection)
    {
        using var command = _batch.ToCommand(connection, _session.Epoch, _session.Number, _knownPurge);
        _options.OnCommit?.Invoke(CommitMoment.BeforeSending);
        command.ExecuteNonQuery();
        _options.OnCommit?.Invoke(CommitMoment.AfterCommit);
    }

    /// <summary>
    /// Whether a commit whose answer was lost was done. The new session has waited for the old one's last commit and
    /// lets none follow, so what is read now holds.
    /// </summary>
    private bool WasDone()
    {
        while (true)
        {
            var connection = _session.Get();
            try
            {
                var wasDone = _batch.IsThere(connection);
                PostgresJournalLog.Resolved(_logger, wasDone);
                return wasDone;
            }
            catch (Exception e) when (Failures.IsAway(e))
            {
                _session.Drop();
            }
        }
    }

    private Func<Exception> Judge(Exception cause)
    {
        if (cause is StoreStoppedException) return _health.StoppedException;
        if (Failures.IsDisowned(cause))
        {
            _session.Disowned(cause);
            return _health.StoppedException;
        }

        if (Failures.IsFull(cause)) return _health.Full(cause);
        if (!Failures.IsAway(cause)) return _health.Failed(cause);
        _session.Drop();
        _health.Away(cause);
        return _health.AwayException;
    }
}
