using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite;

/// <summary>Finds the row of a key.</summary>
internal sealed class KeyRows(SqliteConnection connection)
{
    private readonly SqliteStatement _find = connection.Prepare(
        """
        SELECT k.id FROM keys k
        WHERE k.hash = ?1 AND k.name = ?2 AND k.kind = ?3
          AND k.type = (SELECT id FROM words WHERE word = ?4) AND k.tenant = (SELECT id FROM words WHERE word = ?5)
        """);

    /// <summary>The row's id; 0: there is none.</summary>
    public long Find(GrainKey key, long hash)
    {
        _find.Bind(1, hash).Bind(2, key.Id).Bind(3, (long)key.Kind).Bind(4, key.Type).Bind(5, key.Tenant);
        if (!_find.Step()) return 0;
        var id = _find.Number(0);
        _find.Reset();
        return id;
    }

    /// <summary>The first 64 bits of SHA-256 of the key's text: nobody can choose keys that all fall on one value.</summary>
    public static long HashOf(GrainKey key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString()), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
