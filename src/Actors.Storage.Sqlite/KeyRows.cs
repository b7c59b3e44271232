using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite;

/// <summary>Finds the row of a key.</summary>
internal sealed class KeyRows(SqliteConnection connection)
{
    private readonly SqliteStatement _find = connection.Prepare(
        """
        SELECT k.id, k.kind, t.word, y.word, k.name FROM keys k
        LEFT JOIN words t ON t.id = k.tenant LEFT JOIN words y ON y.id = k.type
        WHERE k.hash = ?1
        """);

    /// <summary>The row's id; 0: there is none.</summary>
    /// <exception cref="StoreCorruptException">There is a row of that hash whose key gives another.</exception>
    public long Find(GrainKey key, long hash)
    {
        _find.Bind(1, hash);
        while (_find.Step())
        {
            var id = _find.Number(0);
            var found = new GrainKey(
                (GrainKind)_find.Number(1), _find.TextOrNull(2) ?? "", _find.TextOrNull(3) ?? "", _find.Text(4));
            if (found == key)
            {
                _find.Reset();
                return id;
            }

            if (!Enum.IsDefined(found.Kind) || HashOf(found) != hash)
            {
                _find.Reset();
                throw new StoreCorruptException(
                    $"The row of the journal of '{key}' is damaged: it carries the name of another key. " +
                    "Keep a copy of the store, then restore a backup; other journals are not affected.");
            }
        }

        return 0;
    }

    /// <summary>
    /// The first 64 bits of SHA-256 of the key's text: nobody can choose keys that all fall on one value.
    /// </summary>
    public static long HashOf(GrainKey key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString()), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
