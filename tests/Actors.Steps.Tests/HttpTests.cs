using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Actors.Definitions;
using Actors.Grains.Steps;
using Actors.Grains.Work;
using Actors.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Shouldly;

namespace Actors.Steps.Tests;

public sealed class HttpTests : IDisposable
{
    private readonly StepRig _rig = new();

    [Fact]
    public async Task A_request_carries_its_body_and_the_keys_that_make_it_safe_to_repeat()
    {
        await using var server = await TestServer.StartAsync(201, """{"id":7}""");
        var item = Post(server.Url + "/payments?x=1", body: """{"amount":5}""") with
        {
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };

        var outcome = await _rig.RunAsync(item);

        outcome.Result.ShouldBe(Payload.FromJson("""{"id":7}"""));
        var seen = server.Last;
        (seen.Method, seen.Target, seen.Body).ShouldBe(("POST", "/payments?x=1", """{"amount":5}"""));
        seen.Headers["Content-Type"].ShouldBe("application/json");
        seen.Headers["Idempotency-Key"].ShouldBe("orders/o-1/charge");
        seen.Headers["X-Correlation-Id"].ShouldBe("c-1");
        seen.Headers["traceparent"].ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        seen.Headers.Keys.ShouldNotContain("Cookie");
    }

    // Made by the runtime where a connection is reset between coming about and its first use.
    [Fact]
    public void An_exception_of_the_socket_itself_is_a_broken_connection() =>
        HttpFailures.IsOfTransport(new SocketException((int)SocketError.NotConnected)).ShouldBeTrue();

    [Fact]
    public async Task Keys_that_no_header_takes_are_encoded_and_a_bad_trace_parent_is_left_out()
    {
        await using var server = await TestServer.StartAsync(200, "1");
        var item = Post(server.Url) with
        {
            IdempotencyKey = "o/Müller 1%\n", CorrelationId = "c ü", TraceParent = "no\nne",
        };

        (await _rig.RunAsync(item)).Failure.ShouldBeNull();

        server.Last.Headers["Idempotency-Key"].ShouldBe("o/M%C3%BCller%201%25%0A");
        server.Last.Headers["X-Correlation-Id"].ShouldBe("c%20%C3%BC");
        server.Last.Headers.Keys.ShouldNotContain("traceparent");
    }

    [Fact]
    public async Task A_response_mapping_sees_status_headers_and_body_and_its_failure_is_permanent()
    {
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers.Location = "/payments/7";
            context.Response.Headers["X-Many"] = new(["a", "b"]);
            return context.Response.WriteAsync("""{"id":7}""");
        });
        var spec = new StepAction.Http { Method = "GET", Url = "", Response = new Template("\"$.response\"") };

        var seen = (await _rig.RunAsync(Http(spec, server.Url))).Result!.Value.ToElement();

        seen.GetProperty("status").GetInt32().ShouldBe(201);
        seen.GetProperty("body").GetProperty("id").GetInt32().ShouldBe(7);
        seen.GetProperty("headers").GetProperty("location").GetString().ShouldBe("/payments/7");
        seen.GetProperty("headers").GetProperty("x-many").GetString().ShouldBe("a, b");
        var failing = spec with { Response = new Template("\"{$.response.body.nothing}\"") };
        var failure = (await _rig.RunAsync(Http(failing, server.Url))).Failure!;
        (failure.Type, failure.IsPermanent, failure.MayHaveHappened).ShouldBe(("response-mapping", true, true));
        failure.Message.ShouldContain("answered 201, which does not map: ");
    }

    [Fact]
    public async Task A_body_as_deep_as_it_may_be_is_mapped_and_a_result_that_is_deeper_is_not_taken()
    {
        var deepest = new string('[', Payload.DepthMax) + new string(']', Payload.DepthMax);
        await using var server = await TestServer.StartAsync(200, deepest);
        var spec = new StepAction.Http { Method = "GET", Url = "", Response = new Template("\"$.response.body\"") };

        (await _rig.RunAsync(Http(spec, server.Url))).Result.ShouldBe(Payload.FromJson(deepest));
        var wrapping = spec with { Response = new Template("[\"$.response.body\"]") };
        (await _rig.RunAsync(Http(wrapping, server.Url))).Failure!.Type.ShouldBe("response-mapping");
    }

    [Fact]
    public async Task With_a_template_that_is_none_nothing_is_sent()
    {
        await using var server = await TestServer.StartAsync(200, "1");
        var spec = new StepAction.Http { Method = "POST", Url = "", Response = new Template("\"$.response[\"") };

        (await _rig.RunAsync(Http(spec, server.Url))).Failure!.IsRefusal.ShouldBeTrue();

        server.Seen.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Every_method_is_sent(string method)
    {
        await using var server = await TestServer.StartAsync(200, "");
        (await _rig.RunAsync(Http(new() { Method = method, Url = "" }, server.Url))).Result.ShouldBe(Payload.Null);
        server.Last.Method.ShouldBe(method);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(299, null)]
    [InlineData(302, FailureKind.Permanent)]
    [InlineData(400, FailureKind.Permanent)]
    [InlineData(402, FailureKind.Permanent)]
    [InlineData(404, FailureKind.Permanent)]
    [InlineData(409, FailureKind.Permanent)]
    [InlineData(408, FailureKind.Transient)]
    [InlineData(425, FailureKind.Transient)]
    [InlineData(429, FailureKind.Transient)]
    [InlineData(500, FailureKind.Transient)]
    [InlineData(503, FailureKind.Transient)]
    [InlineData(599, FailureKind.Transient)]
    public async Task A_status_decides_what_the_answer_means(int status, FailureKind? kind)
    {
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return context.Response.WriteAsync("\"said\"");
        });

        var outcome = await _rig.RunAsync(Post(server.Url + "/p?token=hidden"));

        (outcome.Failure?.Kind).ShouldBe(kind);
        if (kind is null)
        {
            outcome.Result.ShouldBe(Payload.From("said"));
            return;
        }

        outcome.Failure!.Type.ShouldBe($"http-{status}");
        outcome.Failure.Message.ShouldStartWith($"POST {server.Url}/p?… answered {status}");
        outcome.Failure.Message.ShouldEndWith("\"said\"");
        outcome.Failure.Message.ShouldNotContain("hidden");
        server.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Declared_success_and_transient_statuses_replace_the_defaults()
    {
        await using var server = await TestServer.StartAsync(404, """{"none":true}""");
        var found = new StepAction.Http { Method = "GET", Url = "", Success = [200, 404] };
        (await _rig.RunAsync(Http(found, server.Url))).Result.ShouldBe(Payload.FromJson("""{"none":true}"""));
        var later = new StepAction.Http { Method = "GET", Url = "", Transient = [404] };
        (await _rig.RunAsync(Http(later, server.Url))).Failure!.Kind.ShouldBe(FailureKind.Transient);
        var only = new StepAction.Http { Method = "GET", Url = "", Transient = [503] };
        (await _rig.RunAsync(Http(only, server.Url))).Failure!.Kind.ShouldBe(FailureKind.Permanent);
    }

    [Theory]
    [InlineData("503")]
    [InlineData("http-503")]
    public async Task A_status_the_step_calls_permanent_is_not_retried(string declared)
    {
        await using var server = await TestServer.StartAsync(503, "");
        var item = Post(server.Url) with { Permanent = [declared] };
        (await _rig.RunAsync(item)).Failure!.IsPermanent.ShouldBeTrue();
        (await _rig.RunAsync(item with { Permanent = ["http-500", "50"] })).Failure!.IsPermanent.ShouldBeFalse();
    }

    [Fact]
    public async Task Retry_after_is_honoured_in_seconds_and_as_a_date_within_an_hour_and_on_transient_statuses_only()
    {
        var (header, status) = ("7", 429);
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        });

        (await _rig.RunAsync(Post(server.Url))).RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
        header = _rig.Clock.GetUtcNow().AddSeconds(90).ToString("R", CultureInfo.InvariantCulture);
        (await _rig.RunAsync(Post(server.Url))).RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
        header = _rig.Clock.GetUtcNow().AddSeconds(-90).ToString("R", CultureInfo.InvariantCulture);
        (await _rig.RunAsync(Post(server.Url))).RetryAfter.ShouldBe(TimeSpan.Zero);
        header = "864000";
        (await _rig.RunAsync(Post(server.Url))).RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        header = "99999999999";
        (await _rig.RunAsync(Post(server.Url))).RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        header = "soon";
        (await _rig.RunAsync(Post(server.Url))).RetryAfter.ShouldBeNull();
        (header, status) = ("7", 409);
        (await _rig.RunAsync(Post(server.Url))).RetryAfter.ShouldBeNull();
    }

    [Theory]
    [InlineData("application/json", "{\"a\":1}", "{\"a\":1}")]
    [InlineData("application/problem+json", "\uFEFF[1]", "[1]")]
    [InlineData("application/json", "{\"a\":", "\"{\\\"a\\\":\"")]
    [InlineData("text/plain", "12", "\"12\"")]
    [InlineData("text/html", "<p>hi</p>", "\"<p>hi</p>\"")]
    [InlineData("application/json", " \n", "null")]
    public async Task A_body_is_json_or_else_a_string(string type, string body, string result)
    {
        await using var server = await TestServer.StartAsync(200, body, type);
        (await _rig.RunAsync(Post(server.Url))).Result.ShouldBe(Payload.FromJson(result));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_bound_is_permanent_announced_or_not(bool announced)
    {
        await using var server = await TestServer.StartAsync(async context =>
        {
            if (announced) context.Response.ContentLength = 50_000_000;
            var chunk = new byte[10_000];
            for (var i = 0; i < 5000 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        });
        var spec = new StepAction.Http { Method = "GET", Url = "", ResponseBytesMax = 100_000 };

        var failure = (await _rig.RunAsync(Http(spec, server.Url))).Failure!;

        (failure.Type, failure.IsPermanent, failure.MayHaveHappened).ShouldBe(("response-too-large", true, true));
    }

    [Fact]
    public async Task Headers_beyond_the_bound_are_permanent_and_say_nothing_of_the_effect()
    {
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.Headers["X-Large"] = new string('x', 70_000);
            return context.Response.WriteAsync("1");
        });
        var failure = (await _rig.RunAsync(Post(server.Url))).Failure!;
        (failure.Type, failure.IsPermanent, failure.MayHaveHappened).ShouldBe(("response-too-large", true, true));
    }

    [Fact]
    public async Task No_answer_that_is_declared_permanent_is_none_all_the_same()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}/";
        listener.Stop();
        var item = Post(url) with { Permanent = ["connection"] };

        var failure = (await _rig.RunAsync(item)).Failure!;
        (failure.Type, failure.IsPermanent, failure.MayHaveHappened).ShouldBe(("connection", true, true));

        failure = (await _rig.RunAsync(StepRig.Undo(item))).Failure!;
        failure.IsPermanent.ShouldBeFalse("an undo waits for an answer");
        await using var server = await TestServer.StartAsync(402, "");
        (await _rig.RunAsync(Post(server.Url) with { Permanent = ["402"] })).Failure!.IsRefusal.ShouldBeTrue();
    }

    [Fact]
    public async Task An_undo_that_was_answered_is_done_whatever_the_answer_holds()
    {
        await using var server = await TestServer.StartAsync(200, "\"12345678\"");
        var spec = new StepAction.Http
        {
            Method = "POST", Url = "", ResponseBytesMax = 9, Response = new Template("\"{$.response.body.id}\""),
        };
        var outcome = await _rig.RunAsync(StepRig.Undo(Http(spec, server.Url)));
        (outcome.Result, outcome.Failure).ShouldBe((Payload.Null, null));
    }

    [Fact]
    public async Task A_body_of_exactly_the_bound_is_taken()
    {
        await using var server = await TestServer.StartAsync(200, "\"12345678\"");
        var spec = new StepAction.Http { Method = "GET", Url = "", ResponseBytesMax = 10 };
        (await _rig.RunAsync(Http(spec, server.Url))).Result.ShouldBe(Payload.From("12345678"));
        var tight = Http(spec with { ResponseBytesMax = 9 }, server.Url);
        (await _rig.RunAsync(tight)).Failure!.Type.ShouldBe("response-too-large");
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_transient()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var running = _rig.RunAsync(Post($"http://{server.LocalEndpoint}/"));
        using (var client = await server.AcceptSocketAsync())
        {
            await client.ReceiveAsync(new byte[4096]);
            await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"u8.ToArray());
            client.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync(new byte[4096]) > 0)
            {
                // Until the client has had enough: closing earlier could reset what it has not read yet.
            }
        }

        var failure = (await running).Failure!;

        (failure.Type, failure.Kind).ShouldBe(("truncated", FailureKind.Transient));
    }

    [Fact]
    public async Task A_lost_connection_a_closed_port_and_an_unknown_host_are_transient()
    {
        string url;
        await using (var server = await TestServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        }))
        {
            url = server.Url;
            (await _rig.RunAsync(Post(url))).Failure!.Type.ShouldBe("connection");
        }

        var closed = (await _rig.RunAsync(Post(url))).Failure!;
        (closed.Type, closed.Kind).ShouldBe(("connection", FailureKind.Transient));
        closed.Message.ShouldContain($"POST {url}/");
        (await _rig.RunAsync(Post("http://no-such-host.invalid/x"))).Failure!.Type.ShouldBe("connection");
        var secure = url.Replace("http:", "https:", StringComparison.Ordinal);
        (await _rig.RunAsync(Post(secure))).Failure!.Type.ShouldBe("connection");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_does_not_answer_or_finish_in_time_is_a_timeout(bool headersFirst)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(async context =>
        {
            if (headersFirst) await context.Response.Body.FlushAsync();
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            context.RequestAborted.Register(gone.SetResult);
            asked.SetResult();
            await gone.Task;
        });
        var running = _rig.RunAsync(Post(server.Url));
        await asked.Task;

        _rig.Clock.Advance(TimeSpan.FromSeconds(10));

        var failure = (await running).Failure!;
        (failure.Type, failure.Kind).ShouldBe(("timeout", FailureKind.Transient));
    }

    [Fact]
    public async Task A_service_is_where_it_is_declared_or_configured_and_paths_stay_below_it()
    {
        await using var server = await TestServer.StartAsync(200, "1");
        using var rig = new StepRig
        {
            Ports = p => p with
            {
                Endpoints = new ConfiguredEndpoints(Config(("Services:moved:Url", server.Url + "/v2/"))),
            },
        };

        (await rig.RunAsync(Service("shop", server.Url + "/api", "orders/1?x=2"))).Failure.ShouldBeNull();
        server.Last.Target.ShouldBe("/api/orders/1?x=2");
        (await rig.RunAsync(Service("moved", "http://nowhere.invalid", "/orders"))).Failure.ShouldBeNull();
        server.Last.Target.ShouldBe("/v2/orders");
        foreach (var path in new[] { "../admin", "a/%2e%2E/b", "a\\..\\b", "." })
        {
            var failure = (await rig.RunAsync(Service("shop", server.Url + "/api", path))).Failure!;
            (failure.Type, failure.IsPermanent).ShouldBe(("invalid-url", true), path);
        }

        server.Seen.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://host/x")]
    [InlineData("not a url")]
    public async Task Only_absolute_http_and_https_urls_are_requested(string url)
    {
        (await _rig.RunAsync(Post(url))).Failure!.Type.ShouldBe("invalid-url");
        (await _rig.RunAsync(Service("s", url, "x"))).Failure!.Type.ShouldBe("invalid-url");
    }

    [Fact]
    public async Task A_secret_is_sent_and_appears_nowhere_else()
    {
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            var echo = " you sent " + context.Request.Headers.Authorization;
            return context.Response.WriteAsync(new string('.', 489) + echo);
        });
        using var rig = WithSecret("token", "Bearer hush-hush");
        var item = Service("shop", server.Url, "x", ("Authorization", "secret:token"), ("X-Plain", "declared"));

        var failure = (await rig.RunAsync(item)).Failure!;

        server.Last.Headers["Authorization"].ShouldBe("Bearer hush-hush");
        server.Last.Headers["X-Plain"].ShouldBe("declared");
        failure.Message.ShouldContain("you sent *");
        failure.ToString().ShouldNotContain("Bear");
        rig.Log.Text.ShouldNotContain("hush");
    }

    [Fact]
    public async Task A_missing_secret_and_a_header_that_cannot_be_sent_are_permanent_and_quote_no_value()
    {
        using var rig = WithSecret("bad", "hush\r\nX: y");

        var item = Service("s", "http://127.0.0.1:1", "x", ("Authorization", "secret:token"));
        var missing = (await rig.RunAsync(item)).Failure!;
        (missing.Type, missing.IsPermanent).ShouldBe(("secret-missing", true));
        missing.Message.ShouldContain("Secrets:token");

        item = Service("s", "http://127.0.0.1:1", "x", ("Authorization", "secret:bad"));
        var bad = (await rig.RunAsync(item)).Failure!;
        (bad.Type, bad.IsPermanent).ShouldBe(("invalid-header", true));
        bad.Message.ShouldNotContain("hush");
    }

    [Fact]
    public async Task Headers_of_the_step_win_over_those_of_the_service_and_the_body_may_be_of_another_type()
    {
        await using var server = await TestServer.StartAsync(200, "1");
        var item = Service("s", server.Url, "x", ("X-A", "service"), ("X-B", "service"));
        var action = (WorkAction.Http)item.Action;
        item = item with
        {
            Action = action with { Headers = [new("x-a", "step"),
                new("Content-Type", "application/merge-patch+json")] },
        };

        (await _rig.RunAsync(item)).Failure.ShouldBeNull();

        server.Last.Headers["X-A"].ShouldBe("step");
        server.Last.Headers["X-B"].ShouldBe("service");
        server.Last.Headers["Content-Type"].ShouldBe("application/merge-patch+json");
    }

    [Fact]
    public async Task A_failure_quotes_only_the_beginning_of_a_long_body()
    {
        await using var server = await TestServer.StartAsync(
            500, new string('é', 100_000), "text/plain; charset=utf-8");
        (await _rig.RunAsync(Post(server.Url))).Failure!.Message.Count(c => c == 'é').ShouldBe(500);
    }

    public void Dispose() => _rig.Dispose();

    private static StepRig WithSecret(string name, string value) => new()
    {
        Ports = p => p with { Secrets = new ConfiguredSecrets(Config(($"Secrets:{name}", value))) },
    };

    private static IConfiguration Config(params (string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(v => new KeyValuePair<string, string?>(v.Key, v.Value))).Build();

    private static WorkItem Http(StepAction.Http spec, string url, string? body = null) => StepRig.Item(
        new WorkAction.Http(spec, null, url, [], body is null ? null : Payload.FromJson(body)));

    private static WorkItem Post(string url, string? body = "{}") =>
        Http(new() { Method = "POST", Url = url }, url, body);

    private static WorkItem Service(string name, string url, string path, params (string Name, string Value)[] headers)
    {
        var declared = new ServiceDefinition(
            url, null,
            headers.ToImmutableSortedDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase));
        return StepRig.Item(new WorkAction.Http(
            new() { Method = "POST", Url = "" }, new ServiceReference(name, declared), path, [],
            Payload.FromJson("{}")));
    }
}
