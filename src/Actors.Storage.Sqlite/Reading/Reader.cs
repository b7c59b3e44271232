using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Reading;

/// <summary>One connection for reads and what is prepared on it.</summary>
internal sealed class Reader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;

    public Reader(SqliteConnection connection)
    {
        _connection = connection;
        _begin = connection.Prepare("BEGIN");
        _end = connection.Prepare("COMMIT");
        var keys = new KeyRows(connection, new WordTable(connection));
        Journals = new JournalReader(connection, keys);
        Projections = new ProjectionReader(connection, keys);
    }

    public JournalReader Journals { get; }

    public ProjectionReader Projections { get; }

    public void Begin() => _begin.Run();

    public void End() => _end.Run();

    public void Dispose() => _connection.Dispose();
}
