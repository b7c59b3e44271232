using SQLitePCL;

namespace Actors.Storage.Sqlite.Native;

/// <summary>One connection, used by one thread at a time, with the statements prepared on it.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private const int BusyTimeoutMilliseconds = 5_000;

    private readonly sqlite3 _db;
    private readonly List<SqliteStatement> _statements = [];

    private SqliteConnection(sqlite3 db) => _db = db;

    /// <summary>Whether no transaction is open.</summary>
    public bool IsAutocommit => raw.sqlite3_get_autocommit(_db) != 0;

    /// <summary>Whether the file could only be opened for reading.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(_db, "main") == 1;

    /// <summary>Opens a file for reading and writing.</summary>
    public static SqliteConnection Open(string path, bool create) =>
        OpenWith(path, raw.SQLITE_OPEN_READWRITE | (create ? raw.SQLITE_OPEN_CREATE : 0));

    /// <summary>Opens a file that is not to be changed.</summary>
    public static SqliteConnection OpenForReading(string path) => OpenWith(path, raw.SQLITE_OPEN_READONLY);

    /// <summary>
    /// Opens a file that nobody changes, without a look at its log and without locks: right only while both is true.
    /// </summary>
    public static SqliteConnection OpenUnchanging(string path) => OpenWith(
        $"file://{string.Join('/', path.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString))}?immutable=1",
        raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI);

    private static SqliteConnection OpenWith(string path, int flags)
    {
        SqliteLibrary.EnsureLoaded();
        flags |= raw.SQLITE_OPEN_NOMUTEX;
        var code = raw.sqlite3_open_v2(path, out var db, flags, null);
        if (code != raw.SQLITE_OK)
        {
            var message = db is null or { IsInvalid: true } ? "can't open" : raw.sqlite3_errmsg(db).utf8_to_string();
            var extended = db is null or { IsInvalid: true } ? code : raw.sqlite3_extended_errcode(db);
            db?.Dispose();
            throw new SqliteFailure(extended, $"{message} (SQLite code {extended})");
        }

        raw.sqlite3_extended_result_codes(db, 1);
        raw.sqlite3_busy_timeout(db, BusyTimeoutMilliseconds);
        return new SqliteConnection(db);
    }

    /// <summary>Prepares a statement that lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        const uint persistent = 1;
        Check(raw.sqlite3_prepare_v3(_db, sql, persistent, out var handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements without parameters, once.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_db, sql));

    /// <summary>The first column of the only row of a statement that is run once.</summary>
    public string? QueryText(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        if (!statement.Step()) return null;
        var text = statement.Text(0);
        // What it changes is committed behind its last row, and only a step tells how that went.
        statement.Run();
        return text;
    }

    /// <summary>The first column of all rows of a statement that is run once.</summary>
    public IReadOnlyList<string> QueryTexts(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        List<string> texts = [];
        while (statement.Step()) texts.Add(statement.Text(0));
        return texts;
    }

    /// <summary>The first column of the only row of a statement that is run once; 0 for no row.</summary>
    public long QueryNumber(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        return statement.Step() ? statement.Number(0) : 0;
    }

    /// <summary>Copies what the write-ahead log holds into the file, as far as no reader is in the way.</summary>
    /// <param name="truncate">Waits for readers, and leaves the log empty.</param>
    public void Checkpoint(bool truncate)
    {
        var mode = truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        Check(raw.sqlite3_wal_checkpoint_v2(_db, "main", mode, out _, out _));
    }

    /// <summary>Ends the open transaction, if there is one, and whatever was being read in it.</summary>
    public void RollBack()
    {
        // A statement that an error left half way could not be bound again.
        foreach (var statement in _statements) statement.Reset();
        if (!IsAutocommit) Execute("ROLLBACK");
    }

    /// <summary>Throws unless a call went well.</summary>
    public void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        Throw(code);
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        _statements.Clear();
        _db.Dispose();
    }

    private void Throw(int code) =>
        throw new SqliteFailure(code, $"{raw.sqlite3_errmsg(_db).utf8_to_string()} (SQLite code {code})");
}
