using System.Runtime.CompilerServices;
using Actors.Journal;
using Actors.Storage.Sqlite.Native;
using Actors.Storage.Sqlite.Opening;
using Actors.Storage.Sqlite.Reading;

namespace Actors.Storage.Sqlite;

/// <summary>
/// Reads a store file for an audit. The file is opened for reading only; what the log beside it holds is seen, but
/// stays there. While the owner runs, the log can't be emptied until the inspection is disposed of. Where nothing can
/// be written, as on a file system mounted for reading, a store that was closed can be read, too.
/// </summary>
public sealed class SqliteStoreInspection : IStoreInspection
{
    private const int FindingsMax = 100;
    private const long CacheBytes = 64L << 20;
    private const int KeysPerPage = 1_000;

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Reader _reader;
    private readonly SqliteStatement _keys;
    private readonly StillFile? _still;

    private SqliteStoreInspection(string path, SqliteConnection connection, StillFile? still)
    {
        (_path, _connection, _still) = (path, connection, still);
        _reader = new Reader(connection);
        _keys = connection.Prepare(
            """
            SELECT k.id, k.kind, t.word, y.word, k.name FROM keys k
            LEFT JOIN words t ON t.id = k.tenant LEFT JOIN words y ON y.id = k.type
            WHERE k.id > ?1 ORDER BY k.id LIMIT ?2
            """);
        _reader.Begin();
    }

    /// <summary>Opens a store file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="StoreOpenException">
    /// It is not there, no store, of a newer format, or has a log in a place where nothing can be written.
    /// </exception>
    /// <exception cref="StoreCorruptException">It is so damaged that not even its tables can be found.</exception>
    public static SqliteStoreInspection Open(string path)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
            throw new StoreOpenException($"There is no store '{path}'.", StoreOpenException.NotAStore);
        StoreFile.CheckMagic(path);
        try
        {
            try
            {
                return Open(path, SqliteConnection.OpenForReading(path), still: null);
            }
            catch (SqliteFailure e) when (e.PrimaryCode is SqliteFailure.CantOpen or SqliteFailure.ReadOnly)
            {
                // The file is there, but the index of its log can't be made beside it.
                var still = StillFile.Of(path);
                return Open(path, SqliteConnection.OpenUnchanging(path), still);
            }
        }
        catch (SqliteFailure e)
        {
            throw StoreFile.Translate(path, e);
        }
    }

    private static SqliteStoreInspection Open(string path, SqliteConnection connection, StillFile? still)
    {
        try
        {
            StoreFile.Configure(connection, CacheBytes);
            if (StoreFile.CheckFormat(connection, path) == 0)
                throw StoreFile.NotAStore(path, "it was made, but nothing was ever written to it", inner: null);
            return new SqliteStoreInspection(path, connection, still);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken = default)
    {
        List<string> findings = [];
        Collect(findings, $"PRAGMA integrity_check({FindingsMax})", static text => text == "ok" ? null : text);
        Collect(
            findings,
            """
            SELECT 'journal rows of a key that does not exist: ' || count(*) FROM journal j
            WHERE NOT EXISTS (SELECT 1 FROM keys k WHERE k.id = j.key_id)
              AND NOT EXISTS (SELECT 1 FROM purged p WHERE p.key_id = j.key_id) HAVING count(*) > 0
            UNION ALL
            SELECT 'keys without a journal: ' || count(*) FROM keys k
            WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.key_id = k.id) HAVING count(*) > 0
            UNION ALL
            SELECT 'references to payloads that do not exist: ' || count(*) FROM payload_refs r
            WHERE NOT EXISTS (SELECT 1 FROM payloads p WHERE p.id = r.payload_id) HAVING count(*) > 0
            UNION ALL
            SELECT 'payloads that nothing refers to: ' || count(*) FROM payloads p
            WHERE NOT EXISTS (SELECT 1 FROM payload_refs r WHERE r.payload_id = p.id) HAVING count(*) > 0
            """,
            static text => text);
        _still?.Check();
        return ValueTask.FromResult<IReadOnlyList<string>>(findings);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GrainKey> KeysAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long after = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = Run(() => KeysAfter(after));
            foreach (var (id, key) in page)
            {
                after = id;
                yield return key;
            }

            if (page.Count < KeysPerPage) yield break;
            await Task.Yield();
        }
    }

    /// <inheritdoc/>
    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Run(() => _reader.Journals.Read(key, afterSequence, bytesMax, cancellationToken)));

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Run(() => _reader.Journals.ReadPayload(hash)));

    /// <inheritdoc/>
    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Run(() => _reader.Projections.Find(key)));

    /// <summary>As <see cref="IJournalStore.ListAsync"/>.</summary>
    /// <exception cref="StoreCorruptException">Damage.</exception>
    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Run(() => _reader.Projections.List(filter, cancellationToken)));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private List<(long Id, GrainKey Key)> KeysAfter(long after)
    {
        List<(long, GrainKey)> keys = [];
        _keys.Bind(1, after).Bind(2, KeysPerPage);
        while (_keys.Step())
        {
            var (tenant, type) = (_keys.TextOrNull(2) ?? "", _keys.TextOrNull(3) ?? "");
            keys.Add((_keys.Number(0), new GrainKey((GrainKind)_keys.Number(1), tenant, type, _keys.Text(4))));
        }

        return keys;
    }

    private void Collect(List<string> findings, string sql, Func<string, string?> read)
    {
        try
        {
            foreach (var text in _connection.QueryTexts(sql))
            {
                if (findings.Count < FindingsMax && read(text) is { } finding) findings.Add(finding);
            }
        }
        catch (SqliteFailure e)
        {
            findings.Add(e.Message);
        }
    }

    private T Run<T>(Func<T> read)
    {
        try
        {
            var result = read();
            _still?.Check();
            return result;
        }
        catch (Exception e) when (e is SqliteFailure or StoreCorruptException)
        {
            // Statements that were left half way could not be used again.
            _connection.RollBack();
            _reader.Begin();
            if (e is SqliteFailure failure) throw StoreFile.Translate(_path, failure);
            throw;
        }
    }
}
