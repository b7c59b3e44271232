using System.Collections.Immutable;
using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>Stores payloads once per hash, and who refers to them.</summary>
internal sealed class PayloadWriter(SqliteConnection connection)
{
    private readonly SqliteStatement _find = connection.Prepare("SELECT id FROM payloads WHERE hash = ?1");
    private readonly SqliteStatement _insert = connection.Prepare(
        "INSERT INTO payloads (hash, bytes) VALUES (?1, ?2) RETURNING id");

    private readonly SqliteStatement _refer = connection.Prepare(
        "INSERT OR IGNORE INTO payload_refs (key_id, payload_id) VALUES (?1, ?2)");

    public void Write(long keyId, ImmutableArray<PayloadBlob> payloads)
    {
        if (payloads.IsDefaultOrEmpty) return;
        foreach (var payload in payloads) _refer.Bind(1, keyId).Bind(2, IdOf(payload)).Run();
    }

    private long IdOf(PayloadBlob payload)
    {
        var hash = Convert.FromHexString(payload.Hash.Hex);
        if (_find.Bind(1, hash).Step()) return TakeId(_find);
        _insert.Bind(1, hash).Bind(2, payload.Bytes.Span).Step();
        return TakeId(_insert);
    }

    private static long TakeId(SqliteStatement statement)
    {
        var id = statement.Number(0);
        statement.Run();
        return id;
    }
}
