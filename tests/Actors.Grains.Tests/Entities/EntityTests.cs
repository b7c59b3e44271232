using System.Text;
using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Tests.Hosting;
using Actors.Journal;
using Actors.Storage.Memory;
using Shouldly;

namespace Actors.Grains.Tests.Entities;

public sealed class EntityTests : IAsyncLifetime
{
    private static readonly EntityId Id = new("counter", "c1");
    private TestHost _test = Make(new GatedStore());

    [Fact]
    public async Task Operations_are_found_by_name_in_any_case_and_change_the_state()
    {
        (await CallAsync("add", "5")).ShouldBe("5");
        (await CallAsync("ADD", "2")).ShouldBe("7");
        (await CallAsync("reset")).ShouldBe("null");
        (await StateAsync()).ShouldBe("""{"value":0,"note":null}""");
    }

    [Fact]
    public async Task An_entity_that_was_never_called_has_no_state_and_no_journal()
    {
        (await StateAsync()).ShouldBeNull();
        _test.Store.Appends.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_operation_id_is_applied_once_also_after_a_restart()
    {
        (await CallAsync("add", "5", "op-1")).ShouldBe("5");
        (await CallAsync("add", "5", "op-1")).ShouldBe("5");
        await RestartAsync();
        (await CallAsync("add", "5", "op-1")).ShouldBe("5");
        (await CallAsync("add", "5", "op-2")).ShouldBe("10");
    }

    [Fact]
    public async Task A_repeat_of_what_is_being_written_waits_for_it_and_fails_with_it()
    {
        _test.Store.Close();
        var first = CallAsync("add", "5", "op-1");
        await _test.Store.AppendingAsync();
        var repeat = CallAsync("add", "5", "op-1");
        _test.Store.Inner.FailNext(AppendFault.UncertainNotAppended);
        _test.Store.Open();
        await Should.ThrowAsync<UnavailableException>(() => first);
        await Should.ThrowAsync<UnavailableException>(() => repeat);
        (await CallAsync("add", "5", "op-1")).ShouldBe("5");
    }

    [Fact]
    public async Task Only_so_many_operation_ids_and_bytes_of_answers_are_remembered()
    {
        for (var i = 0; i <= OperationMemory.CountMax; i++) await CallAsync("add", "1", $"op-{i}");
        await RestartAsync();
        (await CallAsync("add", "1", "op-1")).ShouldBe("2", "remembered");
        var again = await CallAsync("add", "1", "op-0");
        again.ShouldBe($"{OperationMemory.CountMax + 2}", "it was forgotten, and is applied again");
        var large = new string('x', OperationMemory.BytesMax / 3);
        for (var i = 0; i < 4; i++) await CallAsync("echo", $"\"{large}{i}\"", $"large-{i}");
        await RestartAsync();
        (await CallAsync("echo", "\"again\"", "large-3")).ShouldEndWith("3\"");
        (await CallAsync("echo", "\"again\"", "large-0")).ShouldBe("\"again\"");
    }

    [Fact]
    public async Task An_operation_that_throws_changes_nothing_and_says_why()
    {
        await CallAsync("add", "5");
        var refused = await RefusedAsync("spoil", "1", "op-1");
        refused.Type.ShouldBe("not-today");
        refused.IsPermanent.ShouldBeTrue();
        (await StateAsync()).ShouldBe("""{"value":5,"note":null}""");
        _test.Store.Appends.Count.ShouldBe(1);
        await RestartAsync();
        (await CallAsync("add", "1")).ShouldBe("6");
    }

    [Fact]
    public async Task An_operation_that_throws_keeps_what_the_ones_before_it_in_the_same_append_did()
    {
        _test.Store.Close();
        var first = CallAsync("add", "1");
        await _test.Store.AppendingAsync();
        var second = CallAsync("add", "10");
        var spoiled = RefusedAsync("spoil", "1");
        var third = CallAsync("add", "100");
        _test.Store.Open();
        (await first, await second, await third).ShouldBe(("1", "11", "111"));
        (await spoiled).Type.ShouldBe("not-today");
        await RestartAsync();
        (await StateAsync()).ShouldBe("""{"value":111,"note":null}""");
    }

    [Fact]
    public async Task Wrong_operations_and_arguments_are_refused()
    {
        (await RefusedAsync("ad", "1")).Message.ShouldContain("did you mean 'Add'");
        (await RefusedAsync("add", "\"one\"")).Type.ShouldBe("invalid-payload");
        (await StateAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Sixty_four_callers_count_exactly_and_share_appends()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            await Task.Yield();
            for (var i = 0; i < 1000; i++) await CallAsync("add", "1");
        })).WaitAsync(TestHost.Patience);
        (await StateAsync()).ShouldBe("""{"value":64000,"note":null}""");
        await RestartAsync();
        (await StateAsync()).ShouldBe("""{"value":64000,"note":null}""");
        var page = await _test.Store.ReadAsync(Id.Key);
        page.Snapshot.ShouldNotBeNull("so long a history is not read from its beginning");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_state_as_deep_and_as_large_as_is_allowed_comes_back(bool deep)
    {
        var text = deep
            ? new string('[', Payload.DepthMax - 2) + new string(']', Payload.DepthMax - 2)
            : $"\"{new string('x', 300_000)}\"";
        await CallAsync("remember", text, "op-1");
        await RestartAsync();
        (await StateAsync())!.ShouldContain(text);
        await CallAsync("add", "1");
        (await StateAsync())!.ShouldContain(text);
    }

    [Fact]
    public async Task The_first_write_makes_the_entity_visible_in_lists()
    {
        await CallAsync("add", "1");
        var row = await _test.Store.FindAsync(Id.Key);
        row!.Projection.ShouldBe(new Projection("Active", _test.Clock.GetUtcNow()));
        await CallAsync("add", "1");
        _test.Store.Appends.Last().Projection.ShouldBeNull("nothing that lists show has changed");
    }

    [Fact]
    public async Task The_form_of_the_events_is_frozen()
    {
        await CallAsync("add", "5", "op-1");
        await CallAsync("add", "2");
        _test.Store.Appends.Select(a => Encoding.UTF8.GetString(a.Events.Span)).ShouldBe(
        [
            """[[1,"Add","op-1",5],[2,{"value":5,"note":null}]]""",
            """[[1,"Add"],[2,{"value":7,"note":null}]]""",
        ]);
    }

    [Fact]
    public async Task An_event_of_an_unknown_kind_closes_the_entity()
    {
        await _test.Store.Inner.AppendAsync(
            new JournalAppend(Id.Key, 1, 0, """[[99,"from the future"]]"""u8.ToArray(), 1, default));
        await Should.ThrowAsync<StoreCorruptException>(() => CallAsync("add", "1"));
    }

    [Fact]
    public void What_can_not_be_an_operation_is_refused_when_the_class_is_registered()
    {
        var registry = new EntityRegistry().Add<Counter>("counter");
        Should.Throw<ArgumentException>(() => registry.Add<Waiting>("w")).Message.ShouldContain("asynchronous");
        Should.Throw<ArgumentException>(() => registry.Add<TwoArguments>("t")).Message.ShouldContain("one");
        Should.Throw<ArgumentException>(() => registry.Add<Nothing>("n")).Message.ShouldContain("no operation");
        Should.Throw<ArgumentException>(() => registry.Add<Counter>("../x")).Message.ShouldContain("../x");
        Should.Throw<ArgumentException>(() => registry.Add<Counter>("counter")).Message.ShouldContain("already");
        var unknown = Should.Throw<NotFoundException>(() => registry.CreateGrain(new EntityId("conter", "x")));
        unknown.Message.ShouldContain("did you mean 'counter'");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _test.DisposeAsync();

    private static TestHost Make(GatedStore store)
    {
        var registry = new EntityRegistry().Add<Counter>("counter");
        return new TestHost(store)
        {
            OnCreate = key => registry.CreateGrain(new EntityId(key.Tenant, key.Type, key.Id)),
        };
    }

    private async Task RestartAsync()
    {
        await _test.DisposeAsync();
        _test = Make(new GatedStore(_test.Store.Inner.Reopen()));
    }

    private Task<GrainReply> SendAsync(string operation, string input, string? id) => _test.Host
        .CallAsync(Id.Key, new CallOperation(operation, Payload.FromJson(input), id, null))
        .AsTask().WaitAsync(TestHost.Patience);

    private async Task<string> CallAsync(string operation, string input = "null", string? id = null) =>
        (await SendAsync(operation, input, id)).ShouldBeOfType<OperationReply>().Result.ToString();

    private async Task<Failure> RefusedAsync(string operation, string input, string? id = null) =>
        (await SendAsync(operation, input, id)).ShouldBeOfType<Refused>().Failure;

    private async Task<string?> StateAsync() =>
        ((EntityStateReply)await _test.Host.CallAsync(Id.Key, new ReadEntity())).State?.ToString();

    public sealed class CounterState
    {
        public int Value { get; set; }

        public Payload? Note { get; set; }
    }

    public sealed class Counter : Entity<CounterState>
    {
        public int Add(int amount) => State.Value += amount;

        public void Reset() => State.Value = 0;

        public string Echo(string text) => text;

        public void Remember(Payload note) => State.Note = note;

        public void Spoil(int amount)
        {
            State.Value += amount;
            throw new TerminalException("no more today", "not-today");
        }
    }

    public sealed class Waiting : Entity<CounterState>
    {
        public Task WaitAsync() => Task.FromResult(State);
    }

    public sealed class TwoArguments : Entity<CounterState>
    {
        public void Add(int a, int b) => State.Value += a + b;
    }

    public sealed class Nothing : Entity<CounterState>;
}
