using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Tests.Hosting;
using Shouldly;

namespace Actors.Grains.Tests.Entities;

/// <summary>An operation whose state can't be stored, or would not come back, is refused and changes nothing.</summary>
public sealed class UnstorableStateTests : IAsyncLifetime
{
    private TestHost _test = Make(new GatedStore());

    [Theory]
    [InlineData("divide", "0", "Infinity")]
    [InlineData("loop", "0", "cycle")]
    [InlineData("nest", "70", "depth")]
    [InlineData("fill", "1", "'$.lines[1]'")]
    [InlineData("hide", "1", "'$.hidden'")]
    public async Task A_state_that_can_not_be_stored_is_refused_for_good(string operation, string input, string why)
    {
        (await CallAsync("add", "5")).ShouldBe("5");
        var before = await StateAsync();
        for (var i = 0; i < 2; i++)
        {
            var refused = await RefusedAsync(operation, input);
            refused.IsPermanent.ShouldBeTrue();
            refused.Type.ShouldBe("unstorable-state");
            refused.Message.ShouldContain("e/1");
            refused.Message.ShouldContain(nameof(Doubtful));
            refused.Message.ShouldContain(why);
        }

        (await StateAsync()).ShouldBe(before);
        _test.Store.Appends.Count.ShouldBe(1);
        (await CallAsync("add", "1")).ShouldBe("6", "the entity goes on");
        await RestartAsync();
        (await CallAsync("add", "1")).ShouldBe("7");
    }

    [Fact]
    public async Task What_is_derived_may_be_written_and_not_read()
    {
        (await CallAsync("order", "3")).ShouldBe("3");
        await RestartAsync();
        (await CallAsync("order", "4")).ShouldBe("7");
        (await StateAsync())!.ShouldContain("\"sum\":7");
    }

    [Fact]
    public async Task One_in_the_middle_of_an_append_is_told_apart_when_they_are_repeated()
    {
        _test.Store.Close();
        var first = CallAsync("add", "1");
        await _test.Store.AppendingAsync();
        Task<GrainReply>[] calls = [SendAsync("add", "10"), SendAsync("divide", "0"), SendAsync("add", "100")];
        _test.Store.Open();
        (await first).ShouldBe("1");
        foreach (var call in calls)
            (await Should.ThrowAsync<UnavailableException>(() => call)).Message.ShouldContain("can't be stored");
        _test.Store.Close();
        first = CallAsync("add", "1000");
        await _test.Store.AppendingAsync();
        var second = CallAsync("add", "10");
        var refused = RefusedAsync("divide", "0");
        var last = CallAsync("add", "100");
        _test.Store.Open();
        (await first, await second, await last).ShouldBe(("1001", "1011", "1111"));
        (await refused).Type.ShouldBe("unstorable-state");
        await RestartAsync();
        (await CallAsync("add", "0")).ShouldBe("1111");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _test.DisposeAsync();

    private static TestHost Make(GatedStore store)
    {
        var registry = new EntityRegistry().Add<Doubtful>("e");
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

    private Task<GrainReply> SendAsync(string operation, string input) => _test.Host
        .CallAsync(new EntityId("e", "1").Key, new CallOperation(operation, Payload.FromJson(input), null, null))
        .AsTask().WaitAsync(TestHost.Patience);

    private async Task<string> CallAsync(string operation, string input) =>
        (await SendAsync(operation, input)).ShouldBeOfType<OperationReply>().Result.ToString();

    private async Task<Failure> RefusedAsync(string operation, string input) =>
        (await SendAsync(operation, input)).ShouldBeOfType<Refused>().Failure;

    private async Task<string?> StateAsync() =>
        ((EntityStateReply)await _test.Host.CallAsync(new EntityId("e", "1").Key, new ReadEntity())).State?.ToString();

    public sealed class Node
    {
        public Node? Inner { get; set; }
    }

    public sealed record Line(int Count)
    {
        public int Twice { get; } = Count * 2;
    }

    public sealed class DoubtfulState
    {
        private int _hidden;

        public int Sum => Total + Orders.Sum(o => o.Count);

        public int Total { get; set; }

        public double Mean { get; set; }

        public Node? Node { get; set; }

        public List<Line> Orders { get; set; } = [];

        public int[] Lines { get; } = new int[2];

        public int Hidden => _hidden;

        public void Hide(int value) => _hidden = value;
    }

    public sealed class Doubtful : Entity<DoubtfulState>
    {
        public int Add(int amount) => State.Total += amount;

        public int Order(int count)
        {
            State.Orders.Add(new Line(count));
            return State.Sum;
        }

        public void Divide(int by) => State.Mean = (double)State.Total / by;

        public void Loop(int more)
        {
            State.Total += more;
            State.Node = new Node();
            State.Node.Inner = State.Node;
        }

        public void Nest(int depth)
        {
            for (var i = 0; i < depth; i++) State.Node = new Node { Inner = State.Node };
        }

        public void Fill(int amount) => State.Lines[1] = amount;

        public void Hide(int amount) => State.Hide(amount);
    }
}
