using Actors.Journal;
using Actors.Storage.Sqlite.Native;
using Actors.Storage.Sqlite.Opening;
using Microsoft.Extensions.Logging;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>
/// The one thread that writes; a caller that is alone may take its place. It takes what waits in the queue into one
/// transaction, flushes, and only then answers: one flush serves all who came while the one before it ran.
/// </summary>
internal sealed class JournalWriter
{
    private readonly SqliteJournalOptions _options;
    private readonly WriterQueue _queue;
    private readonly WriterHealth _health;
    private readonly ILogger _logger;
    private readonly SqliteConnection _connection;
    private readonly AppendTransaction _appends;
    private readonly long _ownerEpoch;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _epoch;
    private readonly List<AppendRequest> _batch = [];
    private readonly Action _applyBatch;
    private readonly Func<TimeSpan> _idleAfter;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _committing;
    private volatile bool _isClean = true;
    private long _commits;

    public JournalWriter(
        StoreFile file, SqliteJournalOptions options, WriterQueue queue, WriterHealth health, ILogger logger)
    {
        _options = options;
        _queue = queue;
        _health = health;
        _logger = logger;
        _connection = file.Connection;
        _ownerEpoch = file.OwnerEpoch;
        _appends = new AppendTransaction(_connection, options.HeadCacheCountMax);
        _begin = _connection.Prepare("BEGIN IMMEDIATE");
        _commit = _connection.Prepare("COMMIT");
        _epoch = _connection.Prepare("SELECT value FROM meta WHERE name = 'epoch'");
        _applyBatch = ApplyBatch;
        _idleAfter = () => _isClean ? Timeout.InfiniteTimeSpan : options.IdleCheckpointAfter;
    }

    /// <summary>Ends when the queue was closed and everything in it is done.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Transactions that were committed, each with one flush.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Heads and words in memory; for maintenance that removes journals.</summary>
    public AppendTransaction Appends => _appends;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "actors-journal-writer" }.Start();

    /// <summary>Carries out one append, in the place of the writer's thread.</summary>
    public void Write(AppendRequest request)
    {
        _batch.Add(request);
        RunAppends(isHere: true);
    }

    /// <summary>
    /// Runs something in a transaction of its own. Only on the writer's thread.
    /// </summary>
    /// <exception cref="StoreException">It was rolled back, or is uncertain.</exception>
    public void Transact(Action body)
    {
        if (TryTransact(body) is { } failure) throw failure();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                switch (_queue.Take(_batch, out var maintenance, _idleAfter))
                {
                    case WriterTurn.Appends:
                        RunAppends(isHere: false);
                        break;
                    case WriterTurn.Maintenance:
                        maintenance!();
                        _isClean = false;
                        break;
                    case WriterTurn.Idle:
                        Checkpoint();
                        _isClean = true;
                        break;
                    default:
                        return;
                }
            }
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void RunAppends(bool isHere)
    {
        _isClean = false;
        try
        {
            var failure = _health.Refusal() ?? TryTransact(_applyBatch);
            if (failure is null) _options.OnBoundary?.Invoke(JournalBoundary.AfterFlush);
            if (isHere) _batch[0].Tell(failure);
            else AppendRequest.TellAll(_batch, failure);
        }
        finally
        {
            _batch.Clear();
        }
    }

    private void ApplyBatch()
    {
        _options.OnBoundary?.Invoke(JournalBoundary.BeforeWrite);
        foreach (var request in _batch) request.Verdict = _appends.Apply(request.Append);
        _options.OnBoundary?.Invoke(JournalBoundary.AfterWriteBeforeFlush);
    }

    /// <returns>Null: durable. Else what to throw, anew for each caller.</returns>
    private Func<Exception>? TryTransact(Action body)
    {
        try
        {
            _committing = false;
            _begin.Run();
            if (!IsOwner()) return StopAsDisowned();
            body();
            _committing = true;
            _commit.Run();
            Volatile.Write(ref _commits, _commits + 1);
            return null;
        }
        catch (Exception e)
        {
            return RollBack(e);
        }
    }

    private bool IsOwner()
    {
        var isOwner = _epoch.Step() && _epoch.Number(0) == _ownerEpoch;
        _epoch.Reset();
        return isOwner;
    }

    private Func<Exception> StopAsDisowned()
    {
        _connection.RollBack();
        _health.Stop("another process has taken the store over, which its lock should have prevented", cause: null);
        return _health.Refusal()!;
    }

    private Func<Exception> RollBack(Exception cause)
    {
        var committing = _committing;
        try
        {
            _connection.RollBack();
            _appends.Forget();
        }
        catch (SqliteFailure e)
        {
            _health.Stop($"a transaction could not be rolled back ({e.Message})", e);
        }

        return _health.Failed(cause, committing);
    }

    private void Checkpoint()
    {
        try
        {
            _connection.Checkpoint(truncate: false);
        }
        catch (SqliteFailure e)
        {
            // The log keeps everything: the next checkpoint writes the same pages again.
            SqliteJournalLog.CheckpointFailed(_logger, e);
        }
    }
}
