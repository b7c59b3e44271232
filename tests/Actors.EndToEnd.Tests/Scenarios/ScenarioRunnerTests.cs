using System.Text.Json;
using Actors.Cli.Scenarios;
using Actors.EndToEnd.Tests.Shop;
using Shouldly;

namespace Actors.EndToEnd.Tests.Scenarios;

public sealed class ScenarioRunnerTests
{
    [Fact]
    public async Task Cases_run_in_order_and_what_happens_is_told()
    {
        var progress = await RunAsync(
            "cases: [{ name: a, process: p, key: k1 }, { name: b, process: p, key: k2 }]",
            new StubClient(Completed));

        progress.Select(one => one.GetType().Name).ShouldBe(
        [
            "CaseBegins", "CaseStarted", "CaseEvent", "CaseEvent", "CaseEnded",
            "CaseBegins", "CaseStarted", "CaseEvent", "CaseEvent", "CaseEnded", "Ended",
        ]);
        Ended(progress).AsExpected.ShouldBeTrue();
    }

    [Fact]
    public async Task Signals_are_sent_in_order_each_under_an_id_of_its_own()
    {
        var client = new StubClient(Completed);
        await RunAsync("cases: [{ name: a, process: p, signals: [{ name: x, payload: 1 }, { name: x }] }]", client);
        client.Signals.ShouldBe(["x 1 scenario-0", "x null scenario-1"]);
    }

    [Theory]
    [InlineData("{ status: failed }", "status is completed, expected failed")]
    [InlineData("{ output: { n: 2 } }", "output.n is 1, expected 2")]
    [InlineData("{ output: { m: 2 } }", "output.m is missing, expected 2")]
    [InlineData("{ output: { list: [1] } }", "output.list is [1,2], expected [1]")]
    [InlineData("{ steps: { s: failed } }", "step 's' is succeeded, expected failed")]
    [InlineData("{ steps: { s: { attempts: 1 } } }", "step 's' took 3 attempts, expected 1")]
    [InlineData("{ steps: { t: failed } }", "there is no step 't'")]
    public async Task What_is_not_as_expected_is_told_in_a_sentence(string expect, string mismatch)
    {
        var text = $"cases: [{{ name: a, process: p, expect: {expect} }}]";
        var progress = await RunAsync(text, new StubClient(Completed));
        Ended(progress).Cases.ShouldHaveSingleItem().Mismatches.ShouldBe([mismatch]);
        Ended(progress).AsExpected.ShouldBeFalse();
    }

    [Theory]
    [InlineData("{ output: { n: 1.0, deep: { a: true } } }")]
    [InlineData("{ steps: { s: succeeded } }")]
    [InlineData("{ steps: { s: { status: succeeded, attempts: 3 } } }")]
    public async Task What_is_as_expected_may_hold_more_than_was_expected(string expect)
    {
        var text = $"cases: [{{ name: a, process: p, expect: {expect} }}]";
        var progress = await RunAsync(text, new StubClient(Completed));
        Ended(progress).Cases.ShouldHaveSingleItem().Mismatches.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_expected_failure_is_as_expected_by_its_type()
    {
        var client = new StubClient(request => Completed(request) with
        {
            Status = InvocationStatus.Failed, Failure = Failure.Permanent("http-402", "declined"),
        });
        const string text = "cases: [{ name: a, process: p, expect: { status: failed, failure: TYPE } }]";
        Ended(await RunAsync(text.Replace("TYPE", "http-402"), client)).AsExpected.ShouldBeTrue();
        Ended(await RunAsync(text.Replace("TYPE", "http-409"), client)).Cases[0].Mismatches
            .ShouldBe(["failure is http-402, expected http-409"]);
    }

    [Fact]
    public async Task A_start_that_is_refused_fails_its_case_and_the_next_one_runs()
    {
        var client = new StubClient(request =>
            request.Key == "bad" ? throw new NotFoundException("there is no process 'p'") : Completed(request));
        var ended = Ended(await RunAsync(
            "cases: [{ name: a, process: p, key: bad }, { name: b, process: p, key: good }]", client));
        ended.Cases.Select(one => one.Mismatches.FirstOrDefault()).ShouldBe(["there is no process 'p'", null]);
    }

    [Fact]
    public async Task A_case_that_does_not_end_in_time_says_so()
    {
        var client = new StubClient(Completed) { NeverEnds = true };
        var ended = Ended(await RunAsync("cases: [{ name: a, process: p, timeout: 50ms }]", client));
        ended.Cases[0].Mismatches.ShouldBe(["it did not end within 50ms"]);
        ended.Cases[0].View.ShouldNotBeNull("where it stands is shown all the same");
    }

    [Fact]
    public async Task Requests_before_a_case_reach_the_service_and_a_refused_one_fails_the_case()
    {
        await using var shop = await RunningShop.StartAsync();
        var ended = Ended(await RunAsync("""
            services: { shop: { project: X } }
            cases:
              - { name: a, process: p, before: [{ put: shop/knobs, body: { seed: 42 } }] }
              - { name: b, process: p, before: [{ put: shop/knobs, body: { seeed: 43 } }] }
            """, new StubClient(Completed), shop.Http.BaseAddress));
        (await shop.ReadAsync("/knobs")).ShouldContain("\"seed\":42");
        ended.Cases[0].Mismatches.ShouldBeEmpty();
        ended.Cases[1].Mismatches.ShouldHaveSingleItem().ShouldStartWith("PUT shop/knobs answered 400: ");
    }

    [Fact]
    public async Task Reports_are_read_as_tables_and_compared()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.ChargeAsync("o1", "key", 12.5m);
        var ended = Ended(await RunAsync("""
            services: { shop: { project: X } }
            cases: [{ name: a, process: p }]
            after:
              - { title: Ledger, get: shop/ledger, columns: [orderId, kind, amount, item] }
              - { title: Audit, get: shop/ledger/audit, expect: { violations: [] } }
              - { get: shop/ledger/audit, rows: violations }
              - { get: shop/nothing }
              - { get: shop/ledger/audit, rows: violation }
            """, new StubClient(Completed), shop.Http.BaseAddress));

        var ledger = ended.Reports[0].Table.ShouldNotBeNull();
        ledger.Columns.ShouldBe(["orderId", "kind", "amount", "item"]);
        ledger.Rows.ShouldHaveSingleItem().ShouldBe(["o1", "charged", "12.5", ""]);
        ended.Reports[1].Mismatches.ShouldHaveSingleItem().ShouldStartWith("Audit.violations is [{");
        ended.Reports[2].Table!.Columns.ShouldBe(["rule", "subject", "detail"]);
        ended.Reports[3].Mismatches.ShouldHaveSingleItem().ShouldStartWith("GET shop/nothing answered 404");
        ended.Reports[4].Mismatches.ShouldBe(["shop/ledger/audit has no field 'violation'"]);
        ended.AsExpected.ShouldBeFalse();
    }

    [Fact]
    public async Task Reports_wait_for_detached_steps_that_are_still_on_their_way()
    {
        await using var shop = await RunningShop.StartAsync();
        var notYet = Completed(new StartRequest("p"));
        notYet = notYet with { Steps = [new StepView { Name = "notify", Status = StepStatus.Running }] };
        var client = new StubClient(Completed) { Earlier = [notYet, notYet] };
        var ended = Ended(await RunAsync("""
            services: { shop: { project: X } }
            cases: [{ name: a, process: p }]
            after: [{ get: shop/ledger }]
            """, client, shop.Http.BaseAddress));
        ended.AsExpected.ShouldBeTrue();
        client.ViewsLeft(notYet.Id).ShouldBe(1, "it was read until nothing was on its way");
    }

    [Fact]
    public void Long_tables_are_cut_and_say_by_how_much()
    {
        var list = JsonSerializer.SerializeToElement(Enumerable.Range(0, ReportTable.RowsMax + 5));
        var table = ReportTable.Of(list, []);
        (table.Rows.Length, table.RowsLeftOut).ShouldBe((ReportTable.RowsMax, 5));
        table.Columns.ShouldBe(["value"]);
    }

    private static InvocationView Completed(StartRequest request) => new()
    {
        InvocationId = request.Key ?? "generated",
        Process = request.Process,
        Status = InvocationStatus.Completed,
        CorrelationId = "c",
        StartedAt = default,
        DurationMs = 1,
        Output = Payload.FromJson("""{ "n": 1, "list": [1,2], "deep": { "a": true, "b": 1 } }"""),
        Steps = [new StepView { Name = "s", Status = StepStatus.Succeeded, Attempts = 3 }],
    };

    private static ScenarioProgress.Ended Ended(List<ScenarioProgress> progress) =>
        progress[^1].ShouldBeOfType<ScenarioProgress.Ended>();

    private static async Task<List<ScenarioProgress>> RunAsync(string text, IActorsClient client, Uri? shop = null)
    {
        var file = ScenarioFile.Read("scenario: s\n" + text, "f");
        var scenario = file.Scenario.ShouldNotBeNull(string.Join('\n', file.Errors));
        using var http = new HttpClient();
        var services = shop is null ? new Dictionary<string, Uri>() : new Dictionary<string, Uri> { ["shop"] = shop };
        var runner = new ScenarioRunner(client, new ScenarioRequests(http, services), TimeProvider.System);
        var progress = new List<ScenarioProgress>();
        await foreach (var one in runner.RunAsync(scenario)) progress.Add(one);
        return progress;
    }
}
