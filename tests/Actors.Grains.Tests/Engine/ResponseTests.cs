using System.Text.Json;
using Actors.Core.Definitions;
using Actors.Grains.Steps;
using Actors.Tests;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

/// <summary>What http steps make of responses, from a process file to a server and back.</summary>
public sealed class ResponseTests
{
    [Theory]
    [InlineData("{ st: $.response.status }", """{"st":201}""")]
    [InlineData("$.response.headers.location", "\"/payments/7\"")]
    [InlineData("$.response.headers['x-many']", "\"a, b\"")]
    [InlineData("'{$.response.status} {$.response.body.lines[1].name}'", "\"201 two\"")]
    [InlineData("$.response.body.lines[*].name", """["one","two"]""")]
    [InlineData("$.response.body", """{"id":7,"lines":[{"name":"one"},{"name":"two"}]}""")]
    [InlineData("{ none: $.response.body.none, tag: $.response.headers.etag }", """{"none":null,"tag":null}""")]
    [InlineData("5", "5")]
    public async Task A_template_makes_the_result_of_the_response(string template, string result)
    {
        await using var server = await ShopAsync();
        await using var world = await WorldAsync($$"""
            process: p
            services: { shop: { url: '{{server.Url}}' } }
            steps:
              pay:
                post: shop/payments
                response: {{template}}
            output: $.steps.pay.result
            """);

        var ended = await world.EndAsync(await world.BeginAsync("p"));

        ended.Failure.ShouldBeNull();
        JsonElement.DeepEquals(ended.Output.ToElement(), JsonElement.Parse(result)).ShouldBeTrue($"{ended.Output}");
        server.Seen.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_seen_as_text_and_steps_behind_see_what_was_made_of_it()
    {
        await using var server = await TestServer.StartAsync(200, "it's done", "text/plain");
        await using var world = await WorldAsync($$"""
            process: p
            services: { shop: { url: '{{server.Url}}' } }
            steps:
              ask: { get: shop/x, response: { said: $.response.body, code: $.response.status } }
              tell:
                after: [ask]
                post: shop/y
                body: 'they said {$.steps.ask.result.said} with {$.steps.ask.result.code}'
            """);

        (await world.EndAsync(await world.BeginAsync("p"))).Status.ShouldBe(InvocationStatus.Completed);

        server.Last.Body.ShouldBe("\"they said it's done with 200\"");
    }

    [Fact]
    public void A_wrong_template_is_a_mistake_of_the_definition_with_its_line()
    {
        var errors = ProcessFile.Read("""
            process: p
            steps:
              a:
                get: http://x/
                response: { a: '$.response.body[' }
              b:
                get: http://x/
                response: $.respons.body
            """, "p.yaml").Errors;

        errors.Select(e => (e.File, e.Line, e.Rule))
            .ShouldBe([("p.yaml", 5, "template"), ("p.yaml", 8, "unknown-root")]);
    }

    [Theory]
    [InlineData("response: '{$.response.body.none}'", "response-mapping")]
    [InlineData("responseMax: 10", "response-too-large")]
    [InlineData("response: $.response.body", "result-too-large", 2000)]
    public async Task What_was_paid_and_whose_answer_can_not_be_taken_is_paid_back_and_not_paid_again(
        string keys, string failure, int size = 0)
    {
        await using var server = await ShopAsync(size);
        await using var world = await WorldAsync($$"""
            process: p
            services: { shop: { url: '{{server.Url}}' } }
            steps:
              pay:
                post: shop/payments
                {{keys}}
                undo: { post: shop/refunds, responseMax: 1 }
            """);

        var id = await world.BeginAsync("p");
        var ended = await world.EndAsync(id);

        ended.Failure!.Type.ShouldBe(failure);
        ended.Steps[0].Status.ShouldBe(StepStatus.Undone);
        server.Seen.Select(s => s.Target).ShouldBe(["/payments", "/refunds"]);
        await world.RestartAsync();
        await world.Client.RetryAsync(id);
        await world.EndAsync(id);
        var keysSent = server.Seen.Where(s => s.Target == "/payments").Select(s => s.Headers["Idempotency-Key"]);
        keysSent.ShouldBe(["default/p/k/1/pay", "default/p/k/1/pay/1"], "it was undone, so it is done anew");
    }

    [Theory]
    [InlineData("$.input.user")]
    [InlineData("{$.input.pre}{$.input.user}")]
    public async Task Data_does_not_choose_a_secret(string header)
    {
        await using var server = await ShopAsync();
        await using var world = await WorldAsync($$"""
            process: p
            services: { shop: { url: '{{server.Url}}' } }
            steps:
              pay: { post: shop/payments, headers: { X-User: '{{header}}' } }
            """);

        var ended = await world.EndAsync(await world.BeginAsync("p", input: """{"pre":"","user":"secret:bank"}"""));

        ended.Failure!.Type.ShouldBe("mapping");
        ended.Failure.Message.ShouldContain("'X-User'");
        server.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_undoes_a_step_sees_the_result_of_that()
    {
        await using var server = await ShopAsync();
        await using var world = await WorldAsync($$"""
            process: p
            services: { shop: { url: '{{server.Url}}' } }
            steps:
              pay:
                post: shop/payments
                undo: { post: 'shop/payments/{$.steps.pay.result.id}/refunds', body: { of: $.steps.pay.result.id } }
              ship: { after: [pay], post: shop/labels, response: '{$.response.body.none}' }
            """);

        var ended = await world.EndAsync(await world.BeginAsync("p"));

        ended.Failure!.Step.ShouldBe("ship");
        ended.Steps[0].Status.ShouldBe(StepStatus.Undone);
        var refund = server.Seen.Single(s => s.Target.EndsWith("refunds", StringComparison.Ordinal));
        (refund.Target, refund.Body).ShouldBe(("/payments/7/refunds", """{"of":7}"""));
    }

    [Fact]
    public async Task A_retry_of_what_was_paid_and_could_not_be_undone_goes_under_the_same_key()
    {
        await using var server = await ShopAsync();
        await using var world = await WorldAsync($$"""
            process: p
            services: { shop: { url: '{{server.Url}}' } }
            steps:
              pay: { post: shop/payments, responseMax: 10 }
            """);

        var id = await world.BeginAsync("p");
        (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Failed);
        await world.Client.RetryAsync(id);
        (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Failed);

        server.Seen.Count.ShouldBe(2);
        server.Seen.Select(s => s.Headers["Idempotency-Key"]).Distinct().ShouldHaveSingleItem();
    }

    private static Task<TestServer> ShopAsync(int size = 0) => TestServer.StartAsync(context =>
    {
        context.Response.StatusCode = 201;
        context.Response.ContentType = "application/json";
        context.Response.Headers.Location = "/payments/7";
        context.Response.Headers["X-Many"] = new(["a", "b"]);
        return context.Response.WriteAsync(size > 0
            ? $"\"{new string('x', size)}\""
            : """{"id":7,"lines":[{"name":"one"},{"name":"two"}]}""");
    });

    private static async Task<EngineWorld> WorldAsync(string process)
    {
        var world = new EngineWorld();
        var map = ProcessFile.Read(process, "p.yaml").MapOrThrow();
        await world.StartAsync(o =>
        {
            o.AddProcess(map);
            o.Worker = new StepWorkerOptions { ResultBytesMax = 1024 };
        });
        return world;
    }
}
