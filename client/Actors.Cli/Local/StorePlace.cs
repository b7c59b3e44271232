namespace Actors.Cli.Local;

/// <summary>Where a run keeps its store: in the file that was named, or a temporary folder that it removes.</summary>
internal sealed class StorePlace : IDisposable
{
    private readonly string? _temporary;

    /// <summary>The file that was named, or a temporary one.</summary>
    public StorePlace(string? named)
    {
        if (named is not null)
        {
            Path = named;
            return;
        }

        _temporary = Directory.CreateTempSubdirectory("actors-run-").FullName;
        Path = System.IO.Path.Combine(_temporary, "actors.db");
    }

    /// <summary>The store's file.</summary>
    public string Path { get; }

    /// <summary>Whether it is removed at the end.</summary>
    public bool IsTemporary => _temporary is not null && !IsKept;

    /// <summary>Set when there is something in a temporary store to go on with.</summary>
    public bool IsKept { get; set; }

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
