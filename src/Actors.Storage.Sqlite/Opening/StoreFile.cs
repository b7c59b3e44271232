using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Opening;

/// <summary>A store that was opened and is owned: the writer's connection, the lock and the epoch.</summary>
internal sealed record StoreFile(string Path, SqliteConnection Connection, StoreLock Lock, long OwnerEpoch)
{
    private static ReadOnlySpan<byte> SqliteMagic => "SQLite format 3\0"u8;

    /// <summary>Opens or makes the file, checks what it is, and raises its epoch durably.</summary>
    /// <exception cref="StoreOpenException">In use, newer, no store, or not writable.</exception>
    public static StoreFile Open(SqliteJournalOptions options, TimeProvider time)
    {
        var path = System.IO.Path.GetFullPath(options.Path);
        CheckMagic(path);
        var storeLock = TakeLock(path, time);
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path);
            Prepare(connection, path, options);
            return new StoreFile(path, connection, storeLock, RaiseEpoch(connection));
        }
        catch (Exception e)
        {
            connection?.Dispose();
            storeLock.Dispose();
            if (e is SqliteFailure failure) throw Translate(path, failure);
            throw;
        }
    }

    /// <summary>Sets what every connection of a store sets.</summary>
    public static void Configure(SqliteConnection connection, long cacheBytes)
    {
        connection.Execute($"PRAGMA cache_size = -{cacheBytes >> 10}");
        connection.Execute("PRAGMA temp_store = MEMORY");
        connection.Execute("PRAGMA cell_size_check = ON");
        connection.Execute("PRAGMA trusted_schema = OFF");
    }

    /// <summary>The format version of a file; 0: it is empty.</summary>
    /// <exception cref="StoreOpenException">It is of another program, or of a newer one.</exception>
    public static long CheckFormat(SqliteConnection connection, string path)
    {
        var applicationId = connection.QueryNumber("PRAGMA application_id");
        var version = connection.QueryNumber("PRAGMA user_version");
        var isEmpty = connection.QueryNumber("SELECT count(*) FROM sqlite_master") == 0;
        if (applicationId != Schema.ApplicationId && !(isEmpty && applicationId == 0 && version == 0))
            throw NotAStore(path, "it is an SQLite database of another program", inner: null);
        if (version <= Schema.FormatVersion) return version;
        throw new StoreOpenException(
            $"The store '{path}' has format version {version}; this program reads up to {Schema.FormatVersion}. " +
            "Use the newer program that wrote it; nothing was changed.",
            StoreOpenException.NewerFormat);
    }

    private static StoreLock TakeLock(string path, TimeProvider time)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreLock.NotWritable(path, e);
        }

        return StoreLock.Take(path, time);
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = SqliteConnection.Open(path, create: true);
        if (!connection.IsReadOnly) return connection;
        connection.Dispose();
        throw StoreLock.NotWritable(path, inner: null);
    }

    private static void Prepare(SqliteConnection connection, string path, SqliteJournalOptions options)
    {
        Configure(connection, options.WriterCacheBytesMax);
        var version = CheckFormat(connection, path);
        if (version == 0)
        {
            // The application id goes into the file before the log exists: a store half made is still known as ours.
            connection.Execute($"PRAGMA page_size = {Schema.PageBytes}");
            connection.Execute($"PRAGMA application_id = {Schema.ApplicationId}");
        }

        var mode = connection.QueryText("PRAGMA journal_mode = WAL");
        if (mode is not "wal")
        {
            throw new StoreException(
                $"The store '{path}' can't use a write-ahead log (SQLite answers '{mode}'): use a local disk.");
        }

        connection.Execute("PRAGMA synchronous = FULL");
        connection.Execute($"PRAGMA wal_autocheckpoint = {options.CheckpointBytes / Schema.PageBytes}");
        connection.Execute($"PRAGMA journal_size_limit = {options.CheckpointBytes * 2}");
        if (version == 0) Schema.Create(connection);
    }

    private static long RaiseEpoch(SqliteConnection connection)
    {
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'");
        var epoch = connection.QueryNumber("SELECT value FROM meta WHERE name = 'epoch'");
        connection.Execute("COMMIT");
        return epoch;
    }

    /// <summary>
    /// Before the lock is taken and SQLite touches anything: no traces beside a file that is not ours.
    /// </summary>
    public static void CheckMagic(string path)
    {
        if (Directory.Exists(path)) throw NotAStore(path, "it is a folder", inner: null);
        if (!File.Exists(path)) return;
        Span<byte> head = stackalloc byte[SqliteMagic.Length];
        int read;
        try
        {
            const FileShare sharing = FileShare.ReadWrite | FileShare.Delete;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, sharing);
            read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreLock.NotWritable(path, e);
        }

        if (read > 0 && !head[..read].SequenceEqual(SqliteMagic))
            throw NotAStore(path, "it is a file of another kind", inner: null);
    }

    /// <summary>A failure of SQLite in the words of the port.</summary>
    public static Exception Translate(string path, SqliteFailure failure) => failure.PrimaryCode switch
    {
        SqliteFailure.CantOpen or SqliteFailure.ReadOnly => StoreLock.NotWritable(path, failure),
        SqliteFailure.NotADatabase => NotAStore(path, "SQLite does not know it as a database", failure),
        SqliteFailure.Corrupt => new StoreCorruptException(
            $"The store '{path}' is damaged ({failure.Message}). Keep a copy, then restore a backup or recover with " +
            "'sqlite3 FILE .recover'.",
            failure),
        SqliteFailure.Full => new StoreFullException(
            $"There is no room to open the store '{path}': make room on its disk.", failure),
        SqliteFailure.Busy => new StoreOpenException(
            $"The store '{path}' is in use by another program that opened it with SQLite itself: close that one.",
            StoreOpenException.InUse,
            failure),
        _ => new StoreException($"The store '{path}' can't be opened: {failure.Message}.", failure),
    };

    /// <summary>Refuses a file that is something else.</summary>
    public static StoreOpenException NotAStore(string path, string why, Exception? inner) => new(
        $"'{path}' is not a store: {why}. Name another file; a new store is made where there is none.",
        StoreOpenException.NotAStore,
        inner);
}
