using Shouldly;

namespace Actors.Silo.Tests.Compliance;

/// <summary>
/// What every transport of the client SDK promises. The engine has the processes of <see cref="IComplianceEngine"/>.
/// </summary>
public abstract partial class ActorsClientCompliance : ClientCompliance
{
    private static int s_number;

    [Fact]
    public async Task A_start_gives_an_invocation_that_runs_to_its_output()
    {
        var id = Fresh("greet");
        var started = await Client.StartAsync(Greet(id.Id) with { CorrelationId = "corr-1" });
        started.Id.ShouldBe(id);
        started.Created.ShouldBeTrue();
        started.CorrelationId.ShouldBe("corr-1");
        var ended = await Client.WaitAsync(id);
        ended.Status.ShouldBe(InvocationStatus.Completed);
        ended.OutputAs<Greeting>()!.Text.ShouldBe("hello world");
        ended.Input.ToElement().GetProperty("name").GetString().ShouldBe("world");
        ended.CorrelationId.ShouldBe("corr-1");
        ended.Id.ShouldBe(id);
        ended.Steps.Count.ShouldBe(1);
        ended.EndedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_start_without_a_key_gives_a_fresh_id_each_time()
    {
        var first = await Client.StartAsync(Greet(null));
        var second = await Client.StartAsync(Greet(null));
        second.Id.ShouldNotBe(first.Id);
        (first.Created, second.Created).ShouldBe((true, true));
        first.CorrelationId.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_start_without_a_key_takes_it_from_the_input_where_the_process_says_so()
    {
        var order = Fresh("keyed");
        var request = new StartRequest("keyed", Payload.FromJson($$"""{"orderId":"{{order.Id}}"}"""));
        (await Client.StartAsync(request)).Id.ShouldBe(order);
        (await Client.StartAsync(request)).Created.ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"orderId":{}}""")]
    [InlineData("""{"orderId":null}""")]
    public async Task A_start_whose_key_path_finds_no_key_is_refused(string input)
    {
        var request = new StartRequest("keyed", Payload.FromJson(input)) { Tenant = "unkeyed" };
        (await Should.ThrowAsync<InvalidPayloadException>(() => Client.StartAsync(request))).Message
            .ShouldContain("$.orderId");
        await Should.ThrowAsync<InvalidPayloadException>(
            () => Client.StartAsync(request with { FallbackKey = "fallback" }));
        (await ListedAsync(new InvocationFilter { Tenant = "unkeyed" })).ShouldBeEmpty();
        (await Client.StartAsync(request with { Key = "given" })).Id.Id.ShouldBe("given");
    }

    [Fact]
    public async Task A_fallback_key_makes_a_repeated_start_count_once()
    {
        var id = Fresh("greet");
        var request = Greet(null) with { FallbackKey = id.Id };
        (await Client.StartAsync(request)).Id.ShouldBe(id);
        var again = await Client.StartAsync(request);
        again.Id.ShouldBe(id);
        again.Created.ShouldBeFalse();
    }

    [Fact]
    public async Task A_taken_key_attaches_by_default()
    {
        var id = await WaitingAsync();
        var again = await Client.StartAsync(new StartRequest("approve") { Key = id.Id });
        again.Created.ShouldBeFalse();
        again.Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_taken_key_is_rejected_where_asked_for()
    {
        var id = await WaitingAsync();
        var refusal = await Should.ThrowAsync<AlreadyStartedException>(
            () => Client.StartAsync(new StartRequest("approve") { Key = id.Id, Policy = StartPolicy.Reject }));
        refusal.Id.ShouldBe(id);
        refusal.Message.ShouldBe(new AlreadyStartedException(id).Message);
    }

    [Fact]
    public async Task A_taken_key_is_replaced_where_asked_for()
    {
        var id = await WaitingAsync();
        var again = await Client.StartAsync(
            new StartRequest("approve", Payload.FromJson("2")) { Key = id.Id, Policy = StartPolicy.Replace });
        again.Id.ShouldBe(id);
        await Client.SignalAsync(id, "approval", Payload.FromJson("true"));
        var view = await Client.WaitAsync(id);
        view.Run.ShouldBe(2);
        view.Input.ToString().ShouldBe("2");
        view.Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task An_unknown_process_is_not_found() =>
        (await Should.ThrowAsync<NotFoundException>(() =>
            Client.StartAsync(new StartRequest("nowhere")))).Message.ShouldContain("nowhere");

    [Fact]
    public async Task An_input_that_does_not_fit_the_schema_is_refused_and_starts_nothing()
    {
        var id = Fresh("greet");
        (await Should.ThrowAsync<InvalidPayloadException>(
            () => Client.StartAsync(
                new StartRequest("greet", Payload.FromJson("{}")) { Key = id.Id }))).Message.ShouldContain("name");
        await Should.ThrowAsync<NotFoundException>(() => Client.GetAsync(id));
    }

    [Fact]
    public async Task Names_and_ids_that_break_the_rules_are_refused()
    {
        await Should.ThrowAsync<InvalidNameException>(() => Client.StartAsync(new StartRequest("../etc/passwd")));
        await Should.ThrowAsync<InvalidNameException>(() =>
            Client.StartAsync(Greet(new string('x', Names.IdCharactersMax + 1))));
        await Should.ThrowAsync<InvalidNameException>(() => Client.StartAsync(Greet("a\nb")));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("100%")]
    [InlineData("%252F")]
    [InlineData(" with spaces ")]
    [InlineData("ключ-日本-🙂")]
    [InlineData("UTF-8''x")]
    [InlineData("?a=b&c=d#e")]
    [InlineData("a+b;c\\d\"e'f<g>")]
    public async Task Any_id_without_control_characters_comes_back_as_it_was(string text)
    {
        var id = new InvocationId("approve", $"{text}");
        (await Client.StartAsync(new StartRequest("approve") { Key = text })).Id.ShouldBe(id);
        (await Client.GetAsync(id)).InvocationId.ShouldBe(text);
        await Client.SignalAsync(id, "approval", Payload.FromJson("1"));
        (await Client.WaitAsync(id)).Id.ShouldBe(id);
        (await Client.HistoryAsync(id)).Events.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        var id = new InvocationId("approve", "nobody");
        await Should.ThrowAsync<NotFoundException>(() => Client.GetAsync(id));
        await Should.ThrowAsync<NotFoundException>(() => Client.WaitAsync(id));
        await Should.ThrowAsync<NotFoundException>(() => Client.SignalAsync(id, "approval"));
        await Should.ThrowAsync<NotFoundException>(() => Client.CancelAsync(id));
        await Should.ThrowAsync<NotFoundException>(() => Client.PauseAsync(id));
        await Should.ThrowAsync<NotFoundException>(() => Client.ResumeAsync(id));
        await Should.ThrowAsync<NotFoundException>(() => Client.RetryAsync(id));
        await Should.ThrowAsync<NotFoundException>(() => Client.HistoryAsync(id));
        await Should.ThrowAsync<NotFoundException>(() => Client.ExplainAsync(id));
        await Should.ThrowAsync<NotFoundException>(async () => await Client.WatchAsync(id).GetAsyncEnumerator()
            .MoveNextAsync());
    }

    [Fact]
    public async Task A_payload_of_the_greatest_depth_goes_both_ways()
    {
        var id = await WaitingAsync();
        var deep = Payload.FromJson(new string('[', Payload.DepthMax - 1) + new string(']', Payload.DepthMax - 1));
        await Client.SignalAsync(id, "approval", deep);
        (await Client.WaitAsync(id)).Output.ToElement().GetProperty("answer").GetRawText().ShouldBe(deep.ToString());
    }

    [Fact]
    public async Task Processes_are_listed_by_name()
    {
        var processes = await Client.ListProcessesAsync();
        processes.Select(p => p.Name).ShouldBe(["approve", "fragile", "greet", "keyed"]);
        processes[0].Steps.Count.ShouldBe(1);
        processes[0].Version.ShouldBe(1);
    }

    private static InvocationId Fresh(string process) =>
        new(process, $"id-{Interlocked.Increment(ref s_number)}");

    private static StartRequest Greet(string? key) =>
        new("greet", Payload.FromJson("""{"name":"world"}""")) { Key = key };

    private async Task<InvocationId> WaitingAsync(string tenant = Names.DefaultTenant)
    {
        var id = Fresh("approve") with { Tenant = tenant };
        await Client.StartAsync(new StartRequest("approve", Payload.FromJson("1")) { Key = id.Id, Tenant = tenant });
        return id;
    }

    private sealed record Greeting([property: System.Text.Json.Serialization.JsonPropertyName("greeting")] string Text);
}
