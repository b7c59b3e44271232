using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite;

/// <summary>
/// Gives words that repeat (tenants, types, statuses, definitions) a number. Numbers are never given back.
/// </summary>
internal sealed class WordTable(SqliteConnection connection)
{
    private const int CountMax = 4_096;

    private readonly GenerationCache<string, object> _known = new(CountMax);
    private readonly SqliteStatement _find = connection.Prepare("SELECT id FROM words WHERE word = ?1");
    private SqliteStatement? _add;

    /// <summary>The number of a word; null: it has none yet.</summary>
    public long? Find(string word)
    {
        if (_known.Find(word) is long known) return known;
        if (Query(_find, word) is not { } number) return null;
        _known.Add(word, number);
        return number;
    }

    /// <summary>The number of a word, which gets one if it has none. Only in a transaction that writes.</summary>
    public long NumberOf(string word)
    {
        if (Find(word) is { } known) return known;
        _add ??= connection.Prepare("INSERT INTO words (word) VALUES (?1) RETURNING id");
        var number = Query(_add, word)!.Value;
        _known.Add(word, number);
        return number;
    }

    /// <summary>After a rollback: numbers given in it are not there.</summary>
    public void Forget() => _known.Clear();

    private static long? Query(SqliteStatement statement, string word)
    {
        if (!statement.Bind(1, word).Step()) return null;
        var number = statement.Number(0);
        statement.Run();
        return number;
    }
}
