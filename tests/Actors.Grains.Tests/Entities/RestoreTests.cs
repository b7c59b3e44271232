using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Tests.Hosting;
using Shouldly;

namespace Actors.Grains.Tests.Entities;

/// <summary>An operation that breaks off takes back what it did, and nothing of what others did before it.</summary>
public sealed class RestoreTests : IAsyncLifetime
{
    private static readonly EntityId Id = new("dice", "d");
    private TestHost _test = Make(new GatedStore());

    [Fact]
    public async Task What_only_the_state_has_seen_may_come_out_otherwise_when_it_is_done_again()
    {
        var (_, results) = await InOneAppendAsync("hide", "hide", "break");
        results[0].ShouldBeOfType<OperationReply>();
        results[2].ShouldBeOfType<Refused>();
        var state = await StateAsync();
        await RestartAsync();
        (await StateAsync()).ShouldBe(state);
    }

    [Fact]
    public async Task What_was_read_in_between_is_what_is_stored()
    {
        _test.Store.Close();
        var first = SendAsync("hide");
        await _test.Store.AppendingAsync();
        var second = SendAsync("hide");
        var third = SendAsync("hide");
        var read = StateAsync();
        var broken = SendAsync("break");
        _test.Store.Open();
        (await first, await second, await third).ShouldNotBe((null!, null!, null!));
        (await broken).ShouldBeOfType<Refused>();
        await RestartAsync();
        (await StateAsync()).ShouldBe(await read);
    }

    [Fact]
    public async Task A_result_that_would_be_another_one_is_not_given_and_nothing_is_done()
    {
        var (before, results) = await InOneAppendAsync("count", "draw", "break");
        results.ShouldAllBe(r => r == null);
        (await StateAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Operations_that_break_off_again_and_again_make_nothing_be_done_twice_over()
    {
        var operations = Enumerable.Range(0, 200).SelectMany(_ => (string[])["count", "break"]).ToArray();
        var (_, results) = await InOneAppendAsync(operations);
        results.Where((_, i) => i % 2 == 0).ShouldAllBe(r => r is OperationReply);
        (await StateAsync())!.ShouldContain("\"counted\":200");
        Dice.Counted.ShouldBeLessThan(450);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _test.DisposeAsync();

    private static TestHost Make(GatedStore store)
    {
        var registry = new EntityRegistry().Add<Dice>("dice");
        return new TestHost(store)
        {
            OnCreate = key => registry.CreateGrain(new EntityId(key.Tenant, key.Type, key.Id)),
        };
    }

    /// <summary>Operations that go into one append; null: its caller was told that nothing was done.</summary>
    private async Task<(string? Before, GrainReply?[] Results)> InOneAppendAsync(params string[] operations)
    {
        _test.Store.Close();
        var first = SendAsync("hide");
        await _test.Store.AppendingAsync();
        var calls = operations.Select(SendAsync).ToArray();
        _test.Store.Open();
        await first;
        var results = new List<GrainReply?>();
        foreach (var call in calls)
        {
            try
            {
                results.Add(await call);
            }
            catch (UnavailableException)
            {
                results.Add(null);
            }
        }

        return (Dice.FirstHidden, [.. results]);
    }

    private async Task RestartAsync()
    {
        await _test.DisposeAsync();
        _test = Make(new GatedStore(_test.Store.Inner.Reopen()));
    }

    private Task<GrainReply> SendAsync(string operation) => _test.Host
        .CallAsync(Id.Key, new CallOperation(operation, Payload.Null, null, null))
        .AsTask().WaitAsync(TestHost.Patience);

    private async Task<string?> StateAsync() =>
        ((EntityStateReply)await _test.Host.CallAsync(Id.Key, new ReadEntity()).AsTask().WaitAsync(TestHost.Patience))
        .State?.ToString();

    public sealed class DiceState
    {
        public int Hidden { get; set; }

        public int Drawn { get; set; }

        public int Counted { get; set; }
    }

    /// <summary>Its operations depend on more than its state: they may not, and it has to do no harm.</summary>
    public sealed class Dice : Entity<DiceState>
    {
        private static int _thrown;

        private static int _counted;

        public static int Counted => Volatile.Read(ref _counted);

        public static string? FirstHidden { get; private set; }

        public void Hide()
        {
            State.Hidden = Interlocked.Increment(ref _thrown);
            if (State.Drawn == 0) FirstHidden = $$"""{"hidden":{{State.Hidden}},"drawn":0,"counted":0}""";
        }

        public int Draw() => State.Drawn = Interlocked.Increment(ref _thrown);

        public int Count()
        {
            Interlocked.Increment(ref _counted);
            return ++State.Counted;
        }

        public void Break()
        {
            State.Drawn = -1;
            throw new TerminalException("broken", "broken");
        }
    }
}
