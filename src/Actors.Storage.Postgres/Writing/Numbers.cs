using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// Numbers for words that repeat (tenants, types, statuses, definitions), and for new keys. They are given out durably
/// before they are used, and never given back: a commit that fails leaves them unused.
/// </summary>
internal sealed class Numbers
{
    private const int WordsMax = 4_096;
    private const int KeysPerBlock = 10_000;

    private readonly GenerationCache<string, object> _words = new(WordsMax);
    private long _nextKey;
    private long _keysLeft;

    public int OfWord(NpgsqlConnection connection, string word)
    {
        if (_words.Find(word) is int known) return known;
        using (var add = new NpgsqlCommand(
            "INSERT INTO words (word) VALUES ($1) ON CONFLICT DO NOTHING", connection))
        {
            add.Parameters.Add(new NpgsqlParameter<string> { TypedValue = word });
            add.ExecuteNonQuery();
        }

        using var find = new NpgsqlCommand("SELECT id FROM words WHERE word = $1", connection);
        find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = word });
        var number = (int)find.ExecuteScalar()!;
        _words.Add(word, number);
        return number;
    }

    public long NextKey(NpgsqlConnection connection)
    {
        if (_keysLeft == 0)
        {
            using var take = new NpgsqlCommand("SELECT nextval('key_blocks')", connection);
            _nextKey = (long)take.ExecuteScalar()!;
            _keysLeft = KeysPerBlock;
        }

        _keysLeft--;
        return _nextKey++;
    }
}
