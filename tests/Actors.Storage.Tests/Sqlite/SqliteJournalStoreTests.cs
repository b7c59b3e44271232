using Actors.Journal;
using Actors.Storage.Tests.Compliance;

namespace Actors.Storage.Tests.Sqlite;

public sealed class SqliteJournalStoreTests : JournalStoreCompliance
{
    private readonly StoreFolder _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override async Task<IJournalStore> OpenAsync() => await _folder.OpenAsync();
}
