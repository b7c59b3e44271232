using Microsoft.Data.Sqlite;

namespace Shop.Ledger;

/// <summary>
/// The shop's books in one SQLite file (WAL, <c>synchronous=FULL</c>: what was answered survives a power cut). One
/// connection, one transaction at a time, each ending with a flush: the disk says how many effects a second there are.
/// </summary>
public sealed class LedgerFile : IDisposable
{
    /// <summary>Most entries in one page.</summary>
    public const int PageMax = 10_000;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS entry(
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, order_id TEXT NOT NULL, kind TEXT NOT NULL,
            cents INTEGER, item TEXT, quantity INTEGER, note TEXT, key TEXT);
        CREATE INDEX IF NOT EXISTS entry_by_order ON entry(order_id, id);
        CREATE TRIGGER IF NOT EXISTS entry_is_never_changed BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER IF NOT EXISTS entry_is_never_removed BEFORE DELETE ON entry
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TABLE IF NOT EXISTS answer(
            key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS tombstone(
            desk TEXT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY(desk, order_id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS stock(
            item TEXT PRIMARY KEY, initial INTEGER NOT NULL,
            available INTEGER NOT NULL CHECK(available >= 0), grams INTEGER NOT NULL) WITHOUT ROWID;
        """;

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;

    private LedgerFile(SqliteConnection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
    }

    /// <summary>Opens the books, or makes new ones with the given shelves.</summary>
    public static LedgerFile Open(string file, IEnumerable<StockLevel> shelves, TimeProvider time)
    {
        SqliteLibrary.Load();
        var address = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 10 };
        var connection = new SqliteConnection(address.ToString());
        connection.Open();
        var ledger = new LedgerFile(connection, time);
        ledger.Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
        ledger.Write(transaction =>
        {
            transaction.Execute(Schema);
            foreach (var level in shelves)
            {
                transaction.Execute("INSERT OR IGNORE INTO stock VALUES ($1, $2, $3, $4)",
                    level.Item, level.Initial, level.Available, level.Grams);
            }

            return true;
        });
        return ledger;
    }

    /// <summary>Runs work in one transaction: durable when it returns, undone if it throws.</summary>
    internal T Write<T>(Func<LedgerTransaction, T> work)
    {
        lock (_gate)
        {
            using var transaction = _connection.BeginTransaction();
            var result = work(new LedgerTransaction(_connection, transaction, _time.GetUtcNow()));
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Entries after the one with that id, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries(long after, int limit) => Read(transaction =>
        transaction.Entries("WHERE id > $1 ORDER BY id LIMIT $2", after, limit).ToList());

    /// <summary>All entries of an order, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> EntriesOf(string orderId) => Read(transaction =>
        transaction.EntriesOf(orderId).ToList());

    /// <summary>All shelves, by name.</summary>
    public IReadOnlyList<StockLevel> Stock() => Read(transaction => transaction.Stock().ToList());

    /// <summary>Looks at everything at one point in time.</summary>
    internal T Read<T>(Func<LedgerTransaction, T> work)
    {
        lock (_gate)
        {
            using var transaction = _connection.BeginTransaction(deferred: true);
            return work(new LedgerTransaction(_connection, transaction, _time.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
