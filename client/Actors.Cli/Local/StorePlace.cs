using Actors.Cli.Hosting;
using Actors.Storage.Postgres;

namespace Actors.Cli.Local;

/// <summary>
/// Where a run keeps its store: in the file or database that was named, or a temporary folder that it removes.
/// </summary>
internal sealed class StorePlace : IDisposable
{
    private readonly string? _temporary;

    /// <summary>The file that was named, or a temporary one.</summary>
    /// <exception cref="RefusedException">The file would be in a folder that does not exist.</exception>
    public StorePlace(string? named)
    {
        if (named is not null)
        {
            Check(named);
            Path = named;
            return;
        }

        _temporary = Directory.CreateTempSubdirectory("actors-run-").FullName;
        Path = System.IO.Path.Combine(_temporary, "actors.db");
    }

    /// <summary>The store's file, or the address of its database.</summary>
    public string Path { get; }

    /// <summary>Whether it is removed at the end.</summary>
    public bool IsTemporary => _temporary is not null && !IsKept;

    /// <summary>Set when there is something in a temporary store to go on with.</summary>
    public bool IsKept { get; set; }

    /// <summary>What is said before an orderly end, which a second signal cuts short: where everything is.</summary>
    public string StoppingText =>
        "stopping: what runs may end for 5 s, Ctrl-C again ends it at once; nothing is lost either way, the store is " +
        Path;

    /// <summary>The command that goes on with this store.</summary>
    /// <param name="what">The process file, or the folder of the scenario.</param>
    public string CommandFor(string what) => $"actors run {Quote(what)} --store {Quote(Path)}";

    private static string Quote(string path) =>
        path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+' or ',') ? path : $"'{path}'";

    // A new store in a folder that is not there is a slip of the pen more often than a wish.
    private static void Check(string named)
    {
        if (string.IsNullOrWhiteSpace(named))
            throw new RefusedException("--store is empty; name the store's file, such as actors.db", "no-store");
        if (PostgresJournalOptions.Names(named)) return;
        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(named)) is not { } folder) return;
        if (Directory.Exists(folder)) return;
        throw new RefusedException(
            $"there is no folder '{folder}' for the store '{named}'; a run makes the store's file, but not its " +
            "folder: make that, or name another place", "not-found");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_temporary is null || IsKept) return;
        try
        {
            Directory.Delete(_temporary, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A temporary folder that can't be removed does no harm; the system clears it away.
        }
    }
}
