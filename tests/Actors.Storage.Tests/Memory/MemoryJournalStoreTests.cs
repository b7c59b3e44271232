using Actors.Journal;
using Actors.Storage.Memory;
using Actors.Storage.Tests.Compliance;
using Shouldly;

namespace Actors.Storage.Tests.Memory;

public sealed class MemoryJournalStoreTests : JournalStoreCompliance
{
    private MemoryJournalStore? _store;

    private MemoryJournalStore Memory => _store!;

    protected override Task<IJournalStore> OpenAsync()
    {
        _store = _store?.Reopen() ?? new MemoryJournalStore();
        return Task.FromResult<IJournalStore>(_store);
    }

    [Fact]
    public async Task A_store_that_was_told_to_be_full_refuses_until_told_otherwise()
    {
        var key = NewKey();
        Memory.Health = StoreHealth.Full;
        await Should.ThrowAsync<StoreFullException>(async () => await Store.AppendAsync(Batch(key, 0)));
        Memory.Health = StoreHealth.Ready;
        await AppendedAsync(Batch(key, 0));
    }

    [Fact]
    public async Task A_store_that_was_stopped_stays_stopped()
    {
        Memory.Health = StoreHealth.Stopped;
        Memory.Health = StoreHealth.Ready;
        await Should.ThrowAsync<StoreStoppedException>(async () => await Store.AppendAsync(Batch(NewKey(), 0)));
    }

    [Fact]
    public async Task An_uncertain_append_is_there_or_not_as_asked_for()
    {
        var key = NewKey();
        Memory.FailNext(AppendFault.UncertainNotAppended);
        Memory.FailNext(AppendFault.UncertainAppended);

        await Should.ThrowAsync<StoreException>(async () => await Store.AppendAsync(Batch(key, 0)));
        (await Store.ReadAsync(key)).HeadSequence.ShouldBe(0);
        await Should.ThrowAsync<StoreException>(async () => await Store.AppendAsync(Batch(key, 0)));
        (await Store.ReadAsync(key)).HeadSequence.ShouldBe(1);
        await AppendedAsync(Batch(key, 1));
    }

    [Fact]
    public async Task The_store_before_a_reopening_takes_no_more_appends()
    {
        var before = Memory;
        var after = before.Reopen();
        await Should.ThrowAsync<StoreStoppedException>(async () => await before.AppendAsync(Batch(NewKey(), 0)));
        after.OwnerEpoch.ShouldBe(before.OwnerEpoch + 1);
        after.Health.ShouldBe(StoreHealth.Ready);
    }
}
