using Actors.Core.Definitions;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

public sealed class RuleTests
{
    [Theory]
    [InlineData("a: { handler: h, aftr: [b] }", "unknown-key", 3, "after")]
    [InlineData("a: { handler: h, get: shop/x }", "two-actions", 3, null)]
    [InlineData("a: { after: [] }", "no-action", 3, null)]
    [InlineData("a: { human: boss }", "not-in-this-version", 3, null)]
    [InlineData("a: { handler: h, body: 1 }", "misplaced-key", 3, null)]
    [InlineData("a: { handler: h, parallel: 2 }", "misplaced-key", 3, null)]
    [InlineData("a: { handler: h, timeout: soon }", "wrong-value", 3, null)]
    [InlineData("a: { handler: h, duration: 5 }", "wrong-value", 3, "5s")]
    [InlineData("a: { delay: 3 Days }", "wrong-value", 3, "3d")]
    [InlineData("a: { delay: 1.5 hours }", "wrong-value", 3, "1.5h")]
    [InlineData("a: { delay: 2 months }", "wrong-value", 3, null)]
    [InlineData("a: { delay: 5 minutes }", "wrong-value", 3, "5m")]
    [InlineData("a: { delay: 250 milliseconds }", "wrong-value", 3, "250ms")]
    [InlineData("a: { handler: h, when: $.input.a = 1 and $.input.b <> 'x' }", "condition", 3,
        "$.input.a == 1 && $.input.b != 'x'")]
    [InlineData("a: { handler: h, when: if it rains }", "condition", 3, null)]
    [InlineData("a: { handler: h, each: input.lines }", "path", 3, "$.input.lines")]
    [InlineData("a: { handler: h, join: { quorum: 1 } }", "join", 3, null)]
    [InlineData("a: { handler: h, detached: maybe }", "wrong-value", 3, null)]
    [InlineData("a: { handler: h, retry: never }", "wrong-value", 3, null)]
    [InlineData("a: { handler: h, retry: { attempts: 0 } }", "retry", 3, null)]
    [InlineData("a: { handler: h, retry: { factor: 0.5 } }", "retry", 3, null)]
    [InlineData("a: { handler: h, retry: { first: 10s, max: 1s } }", "retry", 3, null)]
    [InlineData("a: { handler: h, timeout: 0s }", "timeout", 3, null)]
    [InlineData("a: { handler: h, timeout: { attempt: 10s, step: 1s } }", "timeout", 3, null)]
    [InlineData("a: { handler: h, limit: 0 }", "limit", 3, null)]
    [InlineData("a: { handler: h, limit: {} }", "limit", 3, null)]
    [InlineData("a: { handler: h, limit: { rate: 0/s } }", "limit", 3, null)]
    [InlineData("a: { handler: h, limit: { rate: fast } }", "wrong-value", 3, null)]
    [InlineData("a: { handler: h, each: $.input.x, parallel: 0 }", "parallel", 3, null)]
    [InlineData("a: { handler: h, join: any }", "join", 3, null)]
    [InlineData("a: { handler: h, join: most }", "wrong-value", 3, null)]
    [InlineData("a: { handler: '../../etc/passwd' }", "name", 3, null)]
    [InlineData("../../etc/passwd: { handler: h }", "name", 3, null)]
    [InlineData("a: { handler: h, pure: true }", "pure", 3, null)]
    [InlineData("a: { delay: 5s, undo: { handler: h } }", "undo-without-effect", 3, null)]
    [InlineData("a: { wait: go, undo: { handler: h } }", "undo-without-effect", 3, null)]
    [InlineData("a: { get: shop/x, undo: { handler: h } }", "undo-without-effect", 3, null)]
    [InlineData("a: { handler: h, undo: { delay: 5s } }", "undo", 3, null)]
    [InlineData("a: { handler: h, undo: { child: p } }", "undo", 3, null)]
    [InlineData("a: { handler: h, undo: { handler: h, undo: { handler: h } } }", "misplaced-key", 3, null)]
    [InlineData("a: { handler: h, undo: { handler: h, retry: none } }", "misplaced-key", 3, null)]
    [InlineData("a: { post: shop/x, success: [99] }", "status", 3, null)]
    [InlineData("a: { post: shop/x, success: [200], transient: [200] }", "status", 3, null)]
    [InlineData("a: { post: shop/x, responseMax: lots }", "wrong-value", 3, null)]
    [InlineData("a: { post: shop/x, responseMax: 2GiB }", "response-max", 3, null)]
    [InlineData("a: { get: shop/x, body: 1 }", "body", 3, null)]
    [InlineData("a: { post: /x }", "url", 3, null)]
    [InlineData("a: { get: 'http://[::1' }", "url", 3, null)]
    [InlineData("a: { handler: h, after: [z] }", "unknown-dependency", 3, null)]
    [InlineData("a: { post: 'ftp://x/y' }", "url", 3, null)]
    [InlineData("a: { post: shopp/x }", "unknown-service", 3, "shop")]
    [InlineData("a: { post: shop/x, headers: { 'a b': c } }", "header", 3, null)]
    [InlineData("a: { post: shop/x, headers: { a: \"b\\nc\" } }", "header", 3, null)]
    [InlineData("a: { post: shop/x, headers: { a: b, A: c } }", "duplicate-key", 3, null)]
    [InlineData("a: { simulate: { duration: 1s, failures: 2 } }", "simulate", 3, null)]
    [InlineData("a: { simulate: { duration: 1s, distribution: fxed } }", "wrong-value", 3, "fixed")]
    [InlineData("a: { delay: later }", "wrong-value", 3, null)]
    [InlineData("a: { entity: { type: t, id: '' , operation: o } }", "id", 3, null)]
    [InlineData("a: { entity: { type: t, id: x } }", "missing-key", 3, null)]
    [InlineData("a: { handler: h, after: [a] }", "cycle", 3, null)]
    [InlineData("a: { handler: h, reads: ['/x'] }", "name", 3, null)]
    public void Each_broken_rule_is_named_with_line_and_suggestion(
        string step, string rule, int line, string? suggestion)
    {
        var text = "process: p\nsteps:\n  " + step +
            "\n  ok: { handler: h }\nservices: { shop: { url: 'http://127.0.0.1' } }";

        var error = ProcessFile.Read(text, "p.yaml").Errors.ShouldHaveSingleItem();

        error.Rule.ShouldBe(rule);
        error.Line.ShouldBe(line);
        error.Suggestion.ShouldBe(suggestion);
        error.File.ShouldBe("p.yaml");
    }

    [Theory]
    [InlineData("model: swarm", "not-in-this-version")]
    [InlineData("model: machine", "not-in-this-version")]
    [InlineData("model: grpah", "wrong-value")]
    [InlineData("version: 0", "version")]
    [InlineData("version: one", "wrong-value")]
    [InlineData("deadline: 0s", "deadline")]
    [InlineData("onFailure: panic", "wrong-value")]
    [InlineData("services: { a: { url: 'nowhere' } }", "service-url")]
    [InlineData("services: { a: {} }", "missing-key")]
    [InlineData("services: { a/b: { url: 'http://x' } }", "name")]
    [InlineData("pipeline: { mode: direct }", "pipeline")]
    [InlineData("defaults: { retries: 5 }", "unknown-key")]
    [InlineData("defaults: { retry: { attempts: 0 } }", "retry")]
    [InlineData("defaults: { timeout: 0s }", "timeout")]
    [InlineData("defaults: { timeout: { attempt: 2m, step: 1m } }", "timeout")]
    [InlineData("stepps: {}", "unknown-key")]
    public void Each_broken_rule_of_the_map_is_named(string line, string rule)
    {
        var text = "process: p\n" + line + "\nsteps: { a: { handler: h }, b: { handler: h } }";

        var error = ProcessFile.Read(text, "p.yaml").Errors.ShouldHaveSingleItem();

        error.Rule.ShouldBe(rule);
        error.Line.ShouldBe(2);
    }

    [Fact]
    public void All_errors_come_at_once_in_the_order_of_the_file()
    {
        var errors = ProcessFile.Read(
            """
            process: order
            model: graph
            versoin: 2
            steps:
              payment: { handler: h, retry: { attempts: 0 } }
              label:
                after: [paymnt, payment, payment]
                timeout: soon
                handler: h
              a: { after: [b], handler: h }
              b: { after: [c], handler: h }
              c: { after: [a], handler: h }
              d: { after: [e, a], handler: h }
              e: { after: [d], handler: h }
              side: { detached: true, handler: h }
              waits: { after: [side], handler: h }
              waits-too: { after: [side], detached: true, handler: h }
              few: { after: [payment, label], join: { quorum: 3 }, handler: h }
              fewer: { after: [payment, label], join: { deadline: 5s, atLeast: 3 }, handler: h }
            """, "order.yaml").Errors;

        errors.Select(e => (e.Rule, e.Line)).ShouldBe(
        [
            ("unknown-key", 3), ("retry", 5), ("unknown-dependency", 7), ("duplicate-dependency", 7),
            ("wrong-value", 8), ("cycle", 10), ("cycle", 13), ("detached-dependency", 16), ("join", 18), ("join", 19),
        ]);
        errors[5].Message.ShouldContain("a -> b -> c -> a");
        errors[6].Message.ShouldContain("d -> e -> d");
        errors[2].ToString().ShouldBe(
            "step 'label' in process 'order' depends on 'paymnt', which does not exist; did you mean 'payment'? " +
            "[unknown-dependency] (order.yaml:7)");
    }

    [Theory]
    [InlineData("a: { handler: h }\n  b: { handler: h, after: [x] }\n  x: { handler: h }", "stage-order")]
    [InlineData("a: { handler: h }\n  b: { handler: h, detached: true }", "stage-detached")]
    [InlineData("a: { handler: h }\n  b: { handler: h, join: any }", "stage-join")]
    [InlineData("a: { delay: 5s, pure: true }", "pure")]
    [InlineData("a: { handler: h, pure: true, undo: { handler: h } }", "pure")]
    public void A_pipeline_is_a_line_of_stages(string steps, string rule) =>
        ProcessFile.Read("process: p\nmodel: pipeline\nsteps:\n  " + steps, "p.yaml")
            .Errors.ShouldContain(e => e.Rule == rule);

    [Fact]
    public void A_pipeline_has_stages()
    {
        ProcessFile.Read("process: p\nmodel: pipeline\nsteps: {}", "p.yaml").Errors
            .ShouldHaveSingleItem().Rule.ShouldBe("no-steps");
        Process.Define("p").Pipeline().TryBuild().Errors.ShouldHaveSingleItem().Rule.ShouldBe("no-steps");
    }

    [Fact]
    public void A_pipeline_has_bounded_queues() =>
        ProcessFile.Read(
            "process: p\nmodel: pipeline\npipeline: { mode: queued, capacity: 0 }\nsteps: { a: { handler: h } }",
            "p.yaml").Errors.ShouldHaveSingleItem().Rule.ShouldBe("pipeline");

    [Fact]
    public void One_mapped_dependency_is_joined_by_its_items()
    {
        const string text = "process: p\nsteps:\n  a: { handler: h, each: $.input.regions }\n" +
            "  b: { handler: h, after: [a], join: { quorum: 9 } }";

        ProcessFile.Read(text, "p.yaml").Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Names_that_come_twice_in_a_built_map_are_refused()
    {
        var step = new Step { Name = "a", Action = new StepAction.Handler("h") };

        StepMapValidator.Check(new StepMap { Process = "p", Steps = [step, step] })
            .ShouldHaveSingleItem().Rule.ShouldBe("duplicate-name");
    }

    [Fact]
    public void More_steps_than_a_map_may_hold_are_refused()
    {
        var action = new StepAction.Handler("h");
        var steps = Enumerable.Range(0, StepMap.StepsMax + 1).Select(i => new Step { Name = $"s{i}", Action = action });

        StepMapValidator.Check(new StepMap { Process = "p", Steps = [.. steps] })
            .ShouldHaveSingleItem().Rule.ShouldBe("too-many-steps");
    }
}
