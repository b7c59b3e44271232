using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Shop.Ledger;

/// <summary>Reads and adds to the books within one transaction.</summary>
internal sealed class LedgerTransaction(SqliteConnection connection, SqliteTransaction transaction, DateTimeOffset now)
{
    private const string Columns = "id, at, order_id, kind, cents, item, quantity, note, key";

    /// <summary>Adds an entry and returns its id.</summary>
    public long Append(
        string orderId, EntryKind kind, string? key, long? cents = null, string? item = null, int? quantity = null,
        string? note = null)
    {
        var at = now.ToString("O", CultureInfo.InvariantCulture);
        Execute("INSERT INTO entry VALUES (NULL, $1, $2, $3, $4, $5, $6, $7, $8)",
            at, orderId, kind.ToString(), cents, item, quantity, note, key);
        return (long)Scalar("SELECT last_insert_rowid()")!;
    }

    public IEnumerable<LedgerEntry> EntriesOf(string orderId) => Entries("WHERE order_id = $1 ORDER BY id", orderId);

    public IEnumerable<LedgerEntry> Entries(string condition, params object?[] values)
    {
        using var command = Command($"SELECT {Columns} FROM entry {condition}", values);
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return ReadEntry(reader);
    }

    public IEnumerable<StockLevel> Stock()
    {
        using var command = Command("SELECT item, initial, available, grams FROM stock ORDER BY item");
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return new(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3));
    }

    /// <summary>Takes units off a shelf, or (negative) puts them back.</summary>
    public void Take(string item, int quantity) =>
        Execute("UPDATE stock SET available = available - $2 WHERE item = $1", item, quantity);

    public bool HasTombstone(string desk, string orderId) =>
        Scalar("SELECT 1 FROM tombstone WHERE desk = $1 AND order_id = $2", desk, orderId) is not null;

    public void PutTombstone(string desk, string orderId) =>
        Execute("INSERT INTO tombstone VALUES ($1, $2)", desk, orderId);

    public (string Fingerprint, int Status, string? Body)? FindAnswer(string key)
    {
        using var command = Command("SELECT fingerprint, status, body FROM answer WHERE key = $1", key);
        using var reader = command.ExecuteReader();
        if (!reader.Read()) return null;
        return (reader.GetString(0), reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2));
    }

    public void KeepAnswer(string key, string fingerprint, int status, string? body) =>
        Execute("INSERT INTO answer VALUES ($1, $2, $3, $4)", key, fingerprint, status, body);

    public void Execute(string sql, params object?[] values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql, params object?[] values)
    {
        using var command = Command(sql, values);
        return command.ExecuteScalar();
    }

    private SqliteCommand Command(string sql, params object?[] values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i] ?? DBNull.Value);
        return command;
    }

    private static LedgerEntry ReadEntry(SqliteDataReader row) => new(
        row.GetInt64(0),
        DateTimeOffset.Parse(row.GetString(1), CultureInfo.InvariantCulture),
        row.GetString(2),
        Enum.Parse<EntryKind>(row.GetString(3)),
        row.IsDBNull(4) ? null : row.GetInt64(4) / 100m,
        row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : row.GetInt32(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.IsDBNull(8) ? null : row.GetString(8));
}
