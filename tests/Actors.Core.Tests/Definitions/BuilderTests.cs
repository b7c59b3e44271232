using Actors.Core.Definitions;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

public sealed class BuilderTests
{
    [Fact]
    public void The_order_process_in_csharp_is_the_one_in_the_file()
    {
        var built = Process.Define<Order>("order-fulfilment")
            .InputSchema("""{ "type": "object", "required": ["orderId", "total", "card", "lines"] }""")
            .Key(o => o.OrderId)
            .Deadline(TimeSpan.FromHours(2))
            .Service("shop", "http://127.0.0.1:5100", timeout: TimeSpan.FromSeconds(10))
            .DefaultRetry(
                attemptsMax: 5,
                firstDelay: TimeSpan.FromMilliseconds(200),
                backoff: 2,
                maxDelay: TimeSpan.FromSeconds(10))
            .Step("reserve", s => s
                .Post("shop/reservations")
                .Body(new { orderId = "$.input.orderId", lines = InputPath.Of((Order o) => o.Lines) })
                .Undo(u => u.Delete("shop/reservations/{$.input.orderId}")))
            .Step("charge", s => s
                .Post("shop/payments")
                .Body(new { orderId = "$.input.orderId", amount = "$.input.total", card = "$.input.card" })
                .Permanent(402, 409)
                .Undo(u => u.Post("shop/payments/{$.steps.charge.result.id}/refund")))
            .Step("label", s => s
                .After("reserve", "charge")
                .Post("shop/labels")
                .Body(new { orderId = "$.input.orderId", weight = "$.steps.reserve.result.weight" }))
            .Step("insure", s => s
                .After("charge")
                .When("$.input.total > 500 && $.input.country != 'CH'")
                .Post("shop/insurances"))
            .Step("notify", s => s.After("reserve").FireAndForget().Post("shop/warehouse/notifications"))
            .Output(new { tracking = "$.steps.label.result.tracking", insured = "$.steps.insure.status" })
            .Build();

        var read = CanonicalFormTests.Read(Samples.OrderFulfilment);

        StepMapJson.Write(built).ShouldBe(StepMapJson.Write(read));
        ContentHash.Of(built).ShouldBe(ContentHash.Of(read));
    }

    [Fact]
    public void Every_word_of_the_file_has_its_method()
    {
        var built = Process.Define("all")
            .Version(2)
            .Description("d")
            .OnFailure(SiblingPolicy.Finish)
            .Label("owner", "me")
            .DefaultTimeout(attempt: TimeSpan.FromSeconds(3))
            .Step("a", s => s.Get("http://x/{$.input.id}").Header("Accept", "text/plain").Success(200).Transient(503)
                .Response(new { code = "$.response.status" }).ResponseMax(1000).NoRetry().Label("k", "v"))
            .Step("b", s => s.Call("h").After("a").Each("$.input.items").Parallel(4).Input(new { i = "$.item" })
                .Retry(attemptsMax: 2, on: ["timeout"]).Limit(concurrency: 3, perSecond: 1.5, queue: "q")
                .Duration(TimeSpan.FromSeconds(2)).Reads("stock").Writes("stock/level"))
            .Step("c", s => s.Delay(TimeSpan.FromMinutes(90)).After("b"))
            .Step("d", s => s.Wait("go").After("b").Timeout(step: TimeSpan.FromDays(1)))
            .Step("e", s => s.Emit("done", new { x = 1 }).After("b"))
            .Step("f", s => s.Entity("counter", "{$.input.id}", "Add").After("b", "c", "d").JoinQuorum(2))
            .Step("g", s => s.Child("other").After("b", "c").JoinAny())
            .Step("h", s => s.Simulate(TimeSpan.FromSeconds(1), DurationDistribution.Uniform, 0.5).After("b", "c")
                .JoinDeadline(TimeSpan.FromSeconds(5), 1))
            .Build();

        var read = CanonicalFormTests.Read("""
            process: all
            version: 2
            description: d
            onFailure: finish
            labels: { owner: me }
            defaults: { timeout: 3s }
            steps:
              a:
                get: http://x/{$.input.id}
                headers: { Accept: text/plain }
                success: [200]
                transient: [503]
                response: { code: $.response.status }
                responseMax: 1000
                retry: none
                labels: { k: v }
              b:
                handler: h
                after: [a]
                each: $.input.items
                parallel: 4
                input: { i: $.item }
                retry: { attempts: 2, on: [timeout] }
                limit: { concurrency: 3, rate: 1.5/s, queue: q }
                duration: 2s
                reads: [stock]
                writes: [stock/level]
              c: { delay: 1h30m, after: [b] }
              d: { wait: go, after: [b], timeout: { step: 1d } }
              e: { emit: done, data: { x: 1 }, after: [b] }
              f:
                entity: { type: counter, id: "{$.input.id}", operation: Add }
                after: [b, c, d]
                join: { quorum: 2 }
              g: { child: other, after: [b, c], join: any }
              h:
                simulate: { duration: 1s, distribution: uniform, failures: 0.5 }
                after: [b, c]
                join: { deadline: 5s, atLeast: 1 }
            """);

        StepMapJson.Write(built).ShouldBe(StepMapJson.Write(read));
    }

    [Fact]
    public void A_pipeline_in_csharp_is_the_one_in_the_file()
    {
        var built = Process.Define("voice-command")
            .Pipeline(PipelineMode.Queued, capacity: 32)
            .Step("denoise", s => s.Call("denoise").Pure())
            .Step("normalise", s => s.Call("normalise").Pure())
            .Step("match", s => s.Call("match").Input(new { features = "$.steps.normalise.result" }))
            .Build();

        ContentHash.Of(built).ShouldBe(ContentHash.Of(CanonicalFormTests.Read(Samples.Pipeline)));
    }

    [Fact]
    public void Handlers_are_named_by_attribute_or_class()
    {
        var map = Process.Define<Order>("p")
            .Step("a", s => s.Call<ReserveStockHandler>().Undo<ReleaseStock>())
            .Step("b", s => s.Call<NamedHandler>().After("a").Input("$.steps.a.result"))
            .Build();

        map.Steps[0].Action.ShouldBe(new StepAction.Handler("reserve-stock"));
        map.Steps[0].Undo.ShouldBe(new StepAction.Handler("release-stock"));
        map.Steps[1].Action.ShouldBe(new StepAction.Handler("by-attribute"));
    }

    [Fact]
    public void Types_that_do_not_fit_between_steps_are_errors_that_name_both()
    {
        var result = Process.Define<Order>("p")
            .Step("reserve", s => s.Call<ReserveStockHandler>())
            .Step("bill", s => s.Call<BillHandler>().After("reserve").Input("$.steps.reserve.result"))
            .Step("bill-all", s => s.Call<BillHandler>())
            .Step("bill-lines", s => s.Call<BillHandler>().Each(o => o.Lines))
            .Step("fits", s => s.Call<NamedHandler>().After("reserve").Input("$.steps.reserve.result"))
            .Step("maps", s => s.Call<BillHandler>().After("reserve").Input(new { total = "$.input.total" }))
            .Step("lines", s => s.Call<LineHandler>().Each(o => o.Lines))
            .Step("line-results", s => s.Call<SumHandler>().After("lines").Input("$.steps.lines.result"))
            .TryBuild();

        result.Errors.Select(e => e.Rule).ShouldBe(["type-mismatch", "type-mismatch", "type-mismatch"]);
        result.Errors[0].Message.ShouldBe(
            "step 'bill' takes Invoice, but is given Reservation, the result of step 'reserve': 'amount' is missing; " +
            "map it with Input(...), or change one of the types");
        result.Errors[1].Message.ShouldContain(
            "step 'bill-all' takes Invoice, but is given Order, the input of the process");
        result.Errors[2].Message.ShouldContain("step 'bill-lines' takes Invoice, but is given Line");
    }

    [Fact]
    public void A_stage_is_given_the_result_of_the_one_before()
    {
        var result = Process.Define<Order>("p")
            .Pipeline()
            .Step("reserve", s => s.Call<ReserveStockHandler>())
            .Step("bill", s => s.Call<BillHandler>())
            .TryBuild();

        result.Errors.ShouldHaveSingleItem().Message.ShouldContain("given Reservation, the result of step 'reserve'");
    }

    [Fact]
    public void Wrong_use_is_collected_and_thrown_at_once()
    {
        var builder = Process.Define<Order>("p")
            .Key(o => o.OrderId.Length + 1)
            .Step("a", s => s.Body(1).Parallel(2))
            .Step("b", s => s.Post("http://x").Get("http://y").After("missing"))
            .Step("c", s => s.Call<string>())
            .Step("c", s => s.Call("h").Input(new { f = (Action)(() => { }) }));

        var thrown = Should.Throw<DefinitionException>(builder.Build);

        thrown.Errors.Select(e => e.Rule).ShouldBe(
            [
                "path", "misplaced-key", "no-action", "misplaced-key", "two-actions", "handler", "template",
                "unknown-dependency", "duplicate-name",
            ],
            ignoreOrder: true);
        builder.TryBuild().Errors.ShouldBe(thrown.Errors);
    }

    [Fact]
    public void Lambdas_are_written_as_paths_with_json_names()
    {
        InputPath.Of((Order o) => o.Lines).ShouldBe("$.input.lines");
        InputPath.Of((Order o) => o.Lines[1].Sku).ShouldBe("$.input.lines[1].sku");
        InputPath.Of((Order o) => o.Odd).ShouldBe("$.input['odd name']");
        InputPath.Of((Order o) => o).ShouldBe("$.input");
        InputPath.Of((Order o) => o.Extra["a b"]).ShouldBe("$.input.extra['a b']");
        InputPath.Below("$.steps.reserve.result", (Reservation r) => r.Id).ShouldBe("$.steps.reserve.result.id");
        Should.Throw<ArgumentException>(() => InputPath.Of((Order o) => o.Lines.Length > 1))
            .Message.ShouldContain("no path");
    }

    private sealed record Line(string Sku);

    private sealed record Order(
        string OrderId, decimal Total, Line[] Lines, Dictionary<string, string> Extra,
        [property: System.Text.Json.Serialization.JsonPropertyName("odd name")] int Odd);

    private sealed record Reservation(string Id);

    private sealed record Invoice(decimal Amount);

    private sealed class ReserveStockHandler : IStepHandler<Order, Reservation>
    {
        public ValueTask<Reservation> HandleAsync(Order input, StepContext context) =>
            new(new Reservation(input.OrderId));
    }

    private sealed class ReleaseStock : IStepHandler<object, object>
    {
        public ValueTask<object> HandleAsync(object input, StepContext context) => new(input);
    }

    [HandlerName("by-attribute")]
    private sealed class NamedHandler : IStepHandler<Reservation, int>
    {
        public ValueTask<int> HandleAsync(Reservation input, StepContext context) => new(1);
    }

    private sealed class BillHandler : IStepHandler<Invoice, int>
    {
        public ValueTask<int> HandleAsync(Invoice input, StepContext context) => new(1);
    }

    private sealed class LineHandler : IStepHandler<Line, int>
    {
        public ValueTask<int> HandleAsync(Line input, StepContext context) => new(1);
    }

    private sealed class SumHandler : IStepHandler<IReadOnlyList<int>, int>
    {
        public ValueTask<int> HandleAsync(IReadOnlyList<int> input, StepContext context) => new(input.Sum());
    }
}
