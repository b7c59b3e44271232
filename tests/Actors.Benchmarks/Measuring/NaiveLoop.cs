using System.Threading.Channels;
using Actors.Storage.Sqlite.Native;
using SQLitePCL;

namespace Actors.Benchmarks.Measuring;

/// <summary>
/// What anyone would write first: a writer that takes whatever appends wait, inserts an event and updates a row of
/// each, by the text of its key, and commits. It has no definitions, no retries, no timers. Its CPU time is the
/// yardstick of the machine: the targets were set where one of its five-step runs took 28 us per step.
/// </summary>
internal sealed class NaiveLoop : IDisposable
{
    private const int Clients = 64;
    private const int AppendsPerRun = 6;
    private const int StepsPerRun = 5;
    private const int BatchMax = 500;
    private static readonly byte[] Event = System.Text.Encoding.UTF8.GetBytes(new string('x', 100));

    private readonly Channel<Append> _waiting = Channel.CreateUnbounded<Append>(new() { SingleReader = true });
    private readonly sqlite3 _db;

    private NaiveLoop(string file)
    {
        SqliteLibrary.EnsureLoaded();
        Check(raw.sqlite3_open(file, out _db));
        Run("PRAGMA journal_mode=WAL");
        Run("PRAGMA synchronous=FULL");
        Run("CREATE TABLE journal (key TEXT, sequence INTEGER, event BLOB, PRIMARY KEY (key, sequence)) " +
            "WITHOUT ROWID");
        Run("CREATE TABLE states (key TEXT PRIMARY KEY, sequence INTEGER, state BLOB) WITHOUT ROWID");
    }

    /// <summary>CPU time per step of five-step runs of 64 clients.</summary>
    /// <param name="file">Path of the database, which must not be there, and is deleted.</param>
    /// <param name="duration">How long it runs, warmed up.</param>
    public static async Task<double> CpuMicrosPerStepAsync(string file, TimeSpan duration)
    {
        try
        {
            using var loop = new NaiveLoop(file);
            var writer = new Thread(loop.Write) { IsBackground = true };
            writer.Start();
            var runs = 0;
            Task RunAsync(int client, int run) => loop.RunAsync($"run-{client}-{Interlocked.Increment(ref runs)}");
            await Load.WarmUpAsync(Clients, RunAsync);
            var load = await Load.RunAsync(Clients, duration, RunAsync);
            loop._waiting.Writer.Complete();
            writer.Join();
            return load.Cpu.TotalMicroseconds / Math.Max(1, load.Completed * StepsPerRun);
        }
        finally
        {
            foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(file + suffix);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _db.Dispose();

    private async Task RunAsync(string key)
    {
        for (var sequence = 0; sequence < AppendsPerRun; sequence++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Writer.TryWrite(new Append(key, sequence, done));
            await done.Task;
        }
    }

    private void Write()
    {
        var batch = new List<Append>(BatchMax);
        using var insert = Prepare("INSERT INTO journal VALUES (?, ?, ?)");
        using var update = Prepare(
            "INSERT INTO states VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence, " +
            "state = excluded.state");
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Run("BEGIN IMMEDIATE");
            while (batch.Count < BatchMax && _waiting.Reader.TryRead(out var append))
            {
                Step(insert, append);
                Step(update, append);
                batch.Add(append);
            }

            Run("COMMIT");
            foreach (var append in batch) append.Done.SetResult();
            batch.Clear();
        }
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var statement));
        return statement;
    }

    private void Step(sqlite3_stmt statement, Append append)
    {
        raw.sqlite3_bind_text(statement, 1, append.Key);
        raw.sqlite3_bind_int64(statement, 2, append.Sequence);
        raw.sqlite3_bind_blob(statement, 3, Event);
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE) Check(raw.sqlite3_errcode(_db));
        raw.sqlite3_reset(statement);
    }

    private void Run(string sql) => Check(raw.sqlite3_exec(_db, sql));

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        throw new InvalidOperationException($"SQLite: {raw.sqlite3_errstr(code).utf8_to_string()}");
    }

    private readonly record struct Append(string Key, long Sequence, TaskCompletionSource Done);
}
