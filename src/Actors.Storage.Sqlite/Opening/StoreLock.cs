using System.Globalization;
using Actors.Journal;

namespace Actors.Storage.Sqlite.Opening;

/// <summary>
/// Keeps every other process, and every other opener in this one, away from a store. The operating system holds the
/// lock on
/// <c>.lock</c>, so it goes with the process, however that ends. Who holds it stands in <c>.owner</c>, for the message.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _ownerPath;

    private StoreLock(FileStream file, string ownerPath)
    {
        _file = file;
        _ownerPath = ownerPath;
    }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="StoreOpenException">Somebody has it, or the place can't be written to.</exception>
    public static StoreLock Take(string storePath, TimeProvider time)
    {
        var ownerPath = storePath + ".owner";
        FileStream file;
        try
        {
            file = new FileStream(
                storePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException e) when (IsTaken(e))
        {
            throw new StoreOpenException(
                $"The store '{storePath}' is in use by {ReadOwner(ownerPath)}. A store has one owner at a time: " +
                "stop that process, talk to it over its API, or choose another file.",
                StoreOpenException.InUse,
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(storePath, e);
        }

        try
        {
            var since = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            File.WriteAllText(
                ownerPath, $"process {Environment.ProcessId} on {Environment.MachineName} since {since}");
            return new StoreLock(file, ownerPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only the message of a second opener is poorer, for example on a full disk.
            if (e is IOException && !IsReadOnlyPlace(e)) return new StoreLock(file, ownerPath);
            file.Dispose();
            throw NotWritable(storePath, e);
        }
    }

    /// <summary>The error for a place that can't be written to.</summary>
    public static StoreOpenException NotWritable(string storePath, Exception? inner) => new(
        $"The store '{storePath}' can't be written to: {Sentence(inner?.Message ?? "the file is read-only")} Give " +
        "this user write access to the file and its folder (SQLite keeps its log beside the file), or choose " +
        "another place.",
        StoreOpenException.NotWritable,
        inner);

    private static string Sentence(string text) => text.TrimEnd('.') + ".";

    public void Dispose()
    {
        try
        {
            File.Delete(_ownerPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next owner overwrites it.
        }

        // The lock file itself stays: whoever deleted it could hold a lock that nobody else sees.
        _file.Dispose();
    }

    private static string ReadOwner(string ownerPath)
    {
        try
        {
            var text = File.ReadAllText(ownerPath).Trim();
            return text.Length > 0 ? text : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    // EWOULDBLOCK on Linux and macOS; ERROR_SHARING_VIOLATION on Windows.
    private static bool IsTaken(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static bool IsReadOnlyPlace(Exception e) => e.HResult is 30;
}
