using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite;

/// <summary>Finds the row of a key.</summary>
internal sealed class KeyRows(SqliteConnection connection, WordTable words)
{
    private readonly SqliteStatement _find = connection.Prepare(
        """
        SELECT k.id, (SELECT t.name FROM keys t WHERE t.id = k.id) FROM keys k
        WHERE k.name = ?1 AND k.type = ?2 AND k.tenant = ?3 AND k.kind = ?4
        """);

    /// <summary>The row's id; 0: there is none.</summary>
    /// <exception cref="StoreCorruptException">The index leads to a row of another key.</exception>
    public long Find(GrainKey key)
    {
        if (words.Find(key.Type) is not { } type || words.Find(key.Tenant) is not { } tenant) return 0;
        if (!_find.Bind(1, key.Id).Bind(2, type).Bind(3, tenant).Bind(4, (long)key.Kind).Step()) return 0;
        var (id, name) = (_find.Number(0), _find.TextOrNull(1));
        _find.Reset();
        if (name == key.Id) return id;
        throw new StoreCorruptException(
            $"The row of the journal of '{key}' is damaged: it carries the name of another key. " +
            "Keep a copy of the store, then restore a backup; other journals are not affected.");
    }
}
