using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Reading;

/// <summary>Reads what lists, timers and a starting process see.</summary>
internal sealed class ProjectionReader
{
    private const string Columns =
        """
        k.id, k.kind, t.word, y.word, k.name,
        s.word, k.started_at, k.ended_at, k.wake_at, k.resume, k.correlation, d.word
        """;

    private const string From =
        """
        FROM keys k
        JOIN words t ON t.id = k.tenant JOIN words y ON y.id = k.type
        JOIN words s ON s.id = k.status LEFT JOIN words d ON d.id = k.definition
        """;

    private readonly KeyRows _keys;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _list;
    private readonly SqliteStatement _due;
    private readonly SqliteStatement _resumable;

    public ProjectionReader(SqliteConnection connection, KeyRows keys)
    {
        _keys = keys;
        _find = connection.Prepare($"SELECT {Columns} {From} WHERE k.id = ?1");
        _list = connection.Prepare(
            $"""
            SELECT {Columns}
            FROM keys k INDEXED BY keys_by_start
            CROSS JOIN words t ON t.id = k.tenant CROSS JOIN words y ON y.id = k.type
            CROSS JOIN words s ON s.id = k.status LEFT JOIN words d ON d.id = k.definition
            WHERE k.status IS NOT NULL AND k.kind = ?1 AND k.tenant = (SELECT id FROM words WHERE word = ?2)
              AND k.started_at >= ?3 AND k.started_at < ?4 AND (k.started_at, k.id) < (?5, ?6)
              AND (?7 IS NULL OR k.type = (SELECT id FROM words WHERE word = ?7))
              AND (?8 IS NULL OR k.status = (SELECT id FROM words WHERE word = ?8))
              AND (?9 IS NULL OR k.correlation = ?9)
            ORDER BY k.started_at DESC, k.id DESC LIMIT ?10
            """);
        _due = connection.Prepare(
            """
            SELECT k.kind, t.word, y.word, k.name, k.wake_at
            FROM keys k INDEXED BY keys_due
            CROSS JOIN words t ON t.id = k.tenant CROSS JOIN words y ON y.id = k.type
            WHERE k.wake_at IS NOT NULL AND k.wake_at <= ?1 ORDER BY k.wake_at, k.id LIMIT ?2
            """);
        _resumable = connection.Prepare(
            """
            SELECT k.kind, t.word, y.word, k.name, k.started_at, k.id
            FROM keys k INDEXED BY keys_resumable
            CROSS JOIN words t ON t.id = k.tenant CROSS JOIN words y ON y.id = k.type
            WHERE k.resume IS NOT NULL AND (k.started_at, k.id) > (?1, ?2) ORDER BY k.started_at, k.id LIMIT ?3
            """);
    }

    public ProjectionRow? Find(GrainKey key)
    {
        var id = _keys.Find(key);
        if (id == 0 || !_find.Bind(1, id).Step()) return null;
        var row = ReadRow(_find);
        _find.Reset();
        return row;
    }

    public ProjectionPage List(ProjectionFilter filter, CancellationToken cancellationToken)
    {
        var (startedAt, id) = ListCursor.Read(filter.Cursor);
        _list.Bind(1, (long)filter.Kind).Bind(2, filter.Tenant);
        _list.Bind(3, filter.StartedFrom is { } from ? StoredTime.Ceiling(from) : long.MinValue);
        _list.Bind(4, filter.StartedBefore is { } before ? StoredTime.Ceiling(before) : long.MaxValue);
        _list.Bind(5, startedAt).Bind(6, id).Bind(7, filter.Type).Bind(8, filter.Status).Bind(9, filter.CorrelationId);
        _list.Bind(10, filter.CountMax + 1);

        List<ProjectionRow> rows = [];
        string? last = null;
        while (_list.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rows.Count == filter.CountMax)
            {
                _list.Reset();
                return new ProjectionPage(rows, last);
            }

            rows.Add(ReadRow(_list));
            last = ListCursor.Write(_list.Number(6), _list.Number(0));
        }

        return new ProjectionPage(rows, null);
    }

    public IReadOnlyList<DueKey> Due(DateTimeOffset until, int countMax)
    {
        List<DueKey> keys = [];
        _due.Bind(1, StoredTime.Floor(until)).Bind(2, countMax);
        while (_due.Step()) keys.Add(new DueKey(ReadKey(_due, 0), StoredTime.Read(_due.Number(4))));
        return keys;
    }

    public IReadOnlyList<ResumableKey> Resumable(ResumableKey? after, int countMax)
    {
        List<ResumableKey> keys = [];
        _resumable.Bind(1, after is null ? long.MinValue : StoredTime.Floor(after.StartedAt));
        _resumable.Bind(2, after?.Position ?? 0).Bind(3, countMax);
        while (_resumable.Step())
        {
            var startedAt = StoredTime.Read(_resumable.Number(4));
            keys.Add(new ResumableKey(ReadKey(_resumable, 0), startedAt, _resumable.Number(5)));
        }

        return keys;
    }

    private static ProjectionRow ReadRow(SqliteStatement row) => new(
        ReadKey(row, 1),
        new Projection(
            row.Text(5),
            StoredTime.Read(row.Number(6)),
            StoredTime.Read(row.NumberOrNull(7)),
            StoredTime.Read(row.NumberOrNull(8)),
            !row.IsNull(9),
            row.TextOrNull(10),
            row.TextOrNull(11)));

    private static GrainKey ReadKey(SqliteStatement row, int column) =>
        new((GrainKind)row.Number(column), row.Text(column + 1), row.Text(column + 2), row.Text(column + 3));
}
