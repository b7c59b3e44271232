using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>
/// Writes key rows with their projections; touches only the columns, and with them the indexes, that changed.
/// </summary>
internal sealed class ProjectionWriter(SqliteConnection connection, WordTable words)
{
    [Flags]
    private enum Part
    {
        None = 0,
        Status = 1,
        Run = 2,
        EndedAt = 4,
        WakeAt = 8,
        Resume = 16,
        All = 31,
    }

    private const int IdParameter = 1;

    private readonly SqliteStatement?[] _updates = new SqliteStatement?[(int)Part.All + 1];
    private readonly SqliteStatement _insert = connection.Prepare(
        """
        INSERT INTO keys (id, status, started_at, correlation, definition, ended_at, wake_at, resume,
                          kind, tenant, type, name)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        """);

    public void Insert(long keyId, GrainKey key, Projection? projection)
    {
        _insert.Bind(IdParameter, keyId);
        Bind(_insert, projection, Part.All);
        _insert.Bind(9, (long)key.Kind).Bind(10, words.NumberOf(key.Tenant));
        _insert.Bind(11, words.NumberOf(key.Type)).Bind(12, key.Id).Run();
    }

    /// <summary>Stores a projection over the one before it.</summary>
    /// <param name="keyId">The row.</param>
    /// <param name="before">Null: not known.</param>
    /// <param name="projection">What to store.</param>
    public void Update(long keyId, Projection? before, Projection projection)
    {
        var changed = Changed(before, projection);
        if (changed == Part.None) return;
        var update = _updates[(int)changed] ??= connection.Prepare(UpdateText(changed));
        update.Bind(IdParameter, keyId);
        Bind(update, projection, changed);
        update.Run();
    }

    private static Part Changed(Projection? before, Projection after)
    {
        if (before is null) return Part.All;
        var changed = Part.None;
        if (!string.Equals(before.Status, after.Status, StringComparison.Ordinal)) changed |= Part.Status;
        if (before.StartedAt != after.StartedAt
            || !string.Equals(before.CorrelationId, after.CorrelationId, StringComparison.Ordinal)
            || !string.Equals(before.Definition, after.Definition, StringComparison.Ordinal)) changed |= Part.Run;
        if (before.EndedAt != after.EndedAt) changed |= Part.EndedAt;
        if (before.WakeAt != after.WakeAt) changed |= Part.WakeAt;
        if (before.Resume != after.Resume) changed |= Part.Resume;
        return changed;
    }

    private static string UpdateText(Part parts)
    {
        var columns = new List<string>();
        if (parts.HasFlag(Part.Status)) columns.Add("status = ?2");
        if (parts.HasFlag(Part.Run)) columns.Add("started_at = ?3, correlation = ?4, definition = ?5");
        if (parts.HasFlag(Part.EndedAt)) columns.Add("ended_at = ?6");
        if (parts.HasFlag(Part.WakeAt)) columns.Add("wake_at = ?7");
        if (parts.HasFlag(Part.Resume)) columns.Add("resume = ?8");
        return $"UPDATE keys SET {string.Join(", ", columns)} WHERE id = ?1";
    }

    private void Bind(SqliteStatement statement, Projection? projection, Part parts)
    {
        if (projection is null)
        {
            for (var parameter = 2; parameter <= 8; parameter++) statement.BindNull(parameter);
            return;
        }

        if (parts.HasFlag(Part.Status)) statement.Bind(2, words.NumberOf(projection.Status));
        if (parts.HasFlag(Part.Run))
        {
            statement.Bind(3, StoredTime.Floor(projection.StartedAt)).Bind(4, projection.CorrelationId);
            statement.Bind(5, projection.Definition is { } definition ? words.NumberOf(definition) : null);
        }

        if (parts.HasFlag(Part.EndedAt))
            statement.Bind(6, projection.EndedAt is { } endedAt ? StoredTime.Floor(endedAt) : null);
        if (parts.HasFlag(Part.WakeAt))
            statement.Bind(7, projection.WakeAt is { } wakeAt ? StoredTime.Ceiling(wakeAt) : null);
        if (parts.HasFlag(Part.Resume)) statement.Bind(8, projection.Resume ? 1L : null);
    }
}
