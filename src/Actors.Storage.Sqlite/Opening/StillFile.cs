using Actors.Journal;

namespace Actors.Storage.Sqlite.Opening;

/// <summary>
/// A store file in a place that can't be written to, such as a snapshot, read without its log. Whoever has a store open
/// has its log beside it: without one, the file has everything, until somebody opens the store by another way to the
/// same place. That would show here, so what was read is only believed after a look.
/// </summary>
internal sealed class StillFile
{
    private readonly string _path;
    private readonly (long Length, DateTime WrittenAt) _before;

    private StillFile(string path) => (_path, _before) = (path, Mark(path));

    /// <summary>Takes a file as it is now.</summary>
    /// <exception cref="StoreOpenException">It has a log, without which it can't be read rightly.</exception>
    public static StillFile Of(string path) => HasLog(path) ? throw NotReadable(path) : new StillFile(path);

    /// <summary>Checks that nothing was written since it was taken.</summary>
    /// <exception cref="StoreOpenException">Something was: what was read may be half old and half new.</exception>
    public void Check()
    {
        if (!HasLog(_path) && Mark(_path) == _before) return;
        throw new StoreOpenException(
            $"The store '{_path}' was changed while it was read, from a place where nothing can be written and so " +
            "without a lock. Read it where it is written, or read a copy.",
            StoreOpenException.InUse);
    }

    private static StoreOpenException NotReadable(string path) => new(
        $"The store '{path}' can't be read where it is: its log '{path}-wal' has a part of it, SQLite has to write " +
        $"an index beside that to read it, and nothing can be written there. Copy it together with '{path}-wal' to a " +
        "place that can be written to, and read the copy.",
        StoreOpenException.NotWritable);

    private static bool HasLog(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };

    private static (long, DateTime) Mark(string path)
    {
        var file = new FileInfo(path);
        return (file.Length, file.LastWriteTimeUtc);
    }
}
