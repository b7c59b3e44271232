using Actors.Storage.Sqlite;

namespace Actors.Storage.Tests.Sqlite;

/// <summary>A folder of its own for the files of one test.</summary>
internal sealed class StoreFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("actors-store-").FullName;

    public string File => Path.Combine(Root, "store.db");

    public SqliteJournalOptions Options => new() { Path = File };

    public Task<SqliteJournalStore> OpenAsync() => SqliteJournalStore.OpenAsync(Options, TimeProvider.System);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
