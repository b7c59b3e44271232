using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite;

/// <summary>Finds the row of a key.</summary>
internal sealed class KeyRows(SqliteConnection connection)
{
    private readonly SqliteStatement _find = connection.Prepare(
        """
        SELECT k.id, (SELECT t.name FROM keys t WHERE t.id = k.id) FROM keys k
        WHERE k.name = ?1 AND k.type = (SELECT id FROM words WHERE word = ?2)
          AND k.tenant = (SELECT id FROM words WHERE word = ?3) AND k.kind = ?4
        """);

    /// <summary>The row's id; 0: there is none.</summary>
    /// <exception cref="StoreCorruptException">The index leads to a row of another key.</exception>
    public long Find(GrainKey key)
    {
        _find.Bind(1, key.Id).Bind(2, key.Type).Bind(3, key.Tenant).Bind(4, (long)key.Kind);
        if (!_find.Step()) return 0;
        var (id, name) = (_find.Number(0), _find.TextOrNull(1));
        _find.Reset();
        if (name == key.Id) return id;
        throw new StoreCorruptException(
            $"The row of the journal of '{key}' is damaged: it carries the name of another key. " +
            "Keep a copy of the store, then restore a backup; other journals are not affected.");
    }
}
