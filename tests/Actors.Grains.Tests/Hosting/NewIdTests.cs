using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class NewIdTests
{
    [Fact]
    public async Task Of_a_grain_whose_id_is_new_nothing_is_read()
    {
        await using var test = new TestHost();
        (await AddAsNewAsync(test, "a")).ShouldBe(1);
        (await test.AddAsync("a")).ShouldBe(2);
        test.Store.Reads.ShouldBeEmpty();
        await test.AddAsync("b");
        test.Store.Reads.ShouldBe([TestHost.Key("b")]);
    }

    [Fact]
    public async Task A_journal_that_exists_nevertheless_refuses_and_is_read()
    {
        await using var first = new TestHost();
        await first.AddAsync("a", 5);
        await using var test = new TestHost(new GatedStore(first.Store.Inner.Reopen()));
        await Should.ThrowAsync<UnavailableException>(() => AddAsNewAsync(test, "a"));
        (await AddAsNewAsync(test, "a")).ShouldBe(6, "it is read now, whatever the sender believes");
        test.Store.Reads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_came_before_it_has_the_journal_read()
    {
        await using var first = new TestHost();
        await first.AddAsync("a", 5);
        await using var test = new TestHost(new GatedStore(first.Store.Inner.Reopen()));
        (await test.ReadAsync("a")).ShouldBe(5);
        (await AddAsNewAsync(test, "a")).ShouldBe(6);
    }

    private static async Task<int> AddAsNewAsync(TestHost test, string id)
    {
        var add = new Ask((grain, turn) => grain.Add(turn, 1)) { IsIdNew = true };
        return ((Total)await test.Host.CallAsync(TestHost.Key(id), add).AsTask().WaitAsync(TestHost.Patience)).Sum;
    }
}
