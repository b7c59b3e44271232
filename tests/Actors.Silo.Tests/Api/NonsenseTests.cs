using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Tests.Api;

/// <summary>Requests no sane client sends. Each gets one clear problem, and the engine never hears of it.</summary>
public sealed class NonsenseTests : IAsyncLifetime
{
    private const string Start = "/v1/processes/approve/invocations";
    private RunningSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await RunningSilo.StartAsync();

    public async Task DisposeAsync()
    {
        _silo.Engine.Starts.ShouldBe(0);
        await _silo.DisposeAsync();
    }

    [Theory]
    [InlineData("{\"a\": 1,\n \"b\": x}", "line 2, byte 7")]
    [InlineData("{", "line 1")]
    [InlineData("{} {}", "byte 4")]
    [InlineData("nul", "line 1")]
    [InlineData("\"\\ud800\"", "surrogate")]
    [InlineData("{\"\\udc00x\":1}", "surrogate")]
    [InlineData(" ", "line 1")]
    public async Task Malformed_json_is_refused_with_its_position(string body, string position)
    {
        var problem = await PostAsync(Start, body, HttpStatusCode.BadRequest);
        problem.Field("failureType").ShouldBe("invalid-payload");
        problem.Field("detail").ShouldContain(position);
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_refused()
    {
        using var content = new ByteArrayContent([(byte)'"', 0xC3, 0x28, (byte)'"']);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _silo.Http.PostAsync(Start, content);
        (await ProblemAsync(response, HttpStatusCode.BadRequest)).Field("detail").ShouldContain("UTF-8");
    }

    [Fact]
    public async Task Json_a_thousand_levels_deep_is_refused()
    {
        var problem = await PostAsync(Start, new string('[', 1000) + new string(']', 1000), HttpStatusCode.BadRequest);
        problem.Field("detail").ShouldContain("64");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task An_input_of_50_MB_is_refused_and_the_caller_gets_the_answer(bool asksFirst, bool chunked)
    {
        var body = new byte[50_000_000];
        Array.Fill(body, (byte)' ');
        using var request = new HttpRequestMessage(HttpMethod.Post, Start) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.ExpectContinue = asksFirst;
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _silo.Http.SendAsync(request);
        var problem = await ProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
        problem.Field("detail").ShouldContain("16777216");
        (await _silo.Http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_client_says_that_50_MB_are_too_much()
    {
        using var client = _silo.Client();
        var body = Payload.FromTrustedUtf8(Encoding.UTF8.GetBytes('"' + new string('x', 50_000_000) + '"'));
        (await Should.ThrowAsync<InvalidPayloadException>(() => client.StartAsync(new StartRequest("approve", body))))
            .Message.ShouldContain("RequestBytesMax");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("nonsense")]
    public async Task Other_media_types_are_refused(string type)
    {
        using var content = new ByteArrayContent("1"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await _silo.Http.PostAsync(Start, content);
        (await ProblemAsync(response, HttpStatusCode.UnsupportedMediaType)).Field("detail")
            .ShouldContain("application/json");
    }

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/")]
    [InlineData("/v1/processes/approve/invocations//wait")]
    [InlineData("/etc/passwd")]
    public async Task Unknown_routes_are_problems_too(string path)
    {
        using var response = await _silo.Http.GetAsync(path);
        (await ProblemAsync(response, HttpStatusCode.NotFound)).Field("failureType").ShouldBe("unknown-route");
    }

    [Fact]
    public async Task A_wrong_method_is_told_the_right_ones()
    {
        using var response = await _silo.Http.DeleteAsync("/v1/processes/approve/invocations/1");
        var problem = await ProblemAsync(response, HttpStatusCode.MethodNotAllowed);
        problem.Field("detail").ShouldContain("GET");
        response.Content.Headers.Allow.ShouldBe(["GET"]);
    }

    [Theory]
    [InlineData("/v1/invocations?statsu=failed", "did you mean 'status'")]
    [InlineData("/v1/invocations?status=broken", "'broken'; it has to be one of running, waiting")]
    [InlineData("/v1/invocations?count=0", "from 1 to 1000")]
    [InlineData("/v1/invocations?count=ten", "'ten'")]
    [InlineData("/v1/invocations?count=1&count=2", "more than once")]
    [InlineData("/v1/invocations?from=yesterday", "2026-01-31T12:00:00Z")]
    [InlineData("/v1/invocations?process=../x", "a name")]
    [InlineData("/v1/invocations?correlation=", "empty")]
    [InlineData("/v1/processes/approve/invocations/1/wait?timeout=10", "such as 500ms")]
    [InlineData("/v1/processes/approve/invocations/1/wait?timeout=1h", "5m")]
    [InlineData("/v1/processes/approve/invocations/1/history?after=-1", "whole number")]
    [InlineData("/v1/processes/approve/invocations/1?x=1", "there are none")]
    public async Task Wrong_query_parameters_are_named_with_what_is_allowed(string path, string expected)
    {
        using var response = await _silo.Http.GetAsync(path);
        var problem = await ProblemAsync(response, HttpStatusCode.BadRequest);
        problem.Field("failureType").ShouldBe("invalid-parameter");
        problem.Field("detail").ShouldContain(expected);
    }

    [Fact]
    public async Task A_start_with_a_wrong_policy_starts_nothing() =>
        (await PostAsync(Start + "?policy=maybe", "1", HttpStatusCode.BadRequest)).Field("detail")
            .ShouldContain("attach, reject, replace");

    [Theory]
    [InlineData("X-Tenant", "../x")]
    [InlineData("X-Tenant", "a b")]
    [InlineData("Idempotency-Key", "UTF-8''%0d%0aX-Evil%3a1")]
    [InlineData("Idempotency-Key", "UTF-8''%zz")]
    [InlineData("Idempotency-Key", "UTF-8''%c3%28")]
    [InlineData("X-Correlation-Id", "UTF-8''%00")]
    public async Task Headers_that_are_no_names_or_ids_are_refused(string name, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Start);
        request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _silo.Http.SendAsync(request);
        var problem = await ProblemAsync(response, HttpStatusCode.BadRequest);
        problem.Field("failureType").ShouldBe("invalid-name");
        problem.Field("detail").ShouldContain(name);
        response.Headers.Contains("X-Evil").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/v1/processes/approve/invocations/%zz")]
    [InlineData("/v1/processes/approve/invocations/%c3%28")]
    [InlineData("/v1/processes/approve/invocations/a%00b")]
    [InlineData("/v1/processes/approve/invocations/%0d%0aX-Evil:1")]
    [InlineData("/v1/processes/..%2f..%2fetc%2fpasswd/invocations/1")]
    public async Task Paths_that_are_no_names_or_ids_are_refused(string target)
    {
        var answer = await RawHttp.GetAsync(_silo.Address, target);
        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldNotContain("\nX-Evil");
    }

    [Theory]
    [InlineData("/v1/processes/approve/invocations/../../etc/passwd", "404")]
    [InlineData("/v1/processes/approve/invocations/..", "404")]
    [InlineData("/../../etc/passwd", "404")]
    [InlineData("/v1/processes/approve/invocations/..%2F..%2Fetc%2Fpasswd", "404")]
    [InlineData("http://localhost/health/live", "200")]
    public async Task Dots_in_paths_lead_nowhere(string target, string status) =>
        (await RawHttp.GetAsync(_silo.Address, target)).ShouldStartWith($"HTTP/1.1 {status} ");

    [Theory]
    [InlineData("Origin: https://evil.example", "403")]
    [InlineData("Origin: null", "403")]
    [InlineData("Origin: http://localhost:3000", "200")]
    public async Task A_web_page_of_another_machine_is_kept_out(string header, string status)
    {
        var answer = await RawHttp.SendAsync(
            _silo.Address, $"GET /v1/processes HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith($"HTTP/1.1 {status} ");
    }

    [Fact]
    public async Task A_foreign_name_that_points_here_is_kept_out()
    {
        var answer = await RawHttp.SendAsync(
            _silo.Address, "GET /v1/processes HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 403 ");
        answer.ShouldContain("foreign-caller");
    }

    [Theory]
    [InlineData("""{"raeson":"x"}""", "raeson")]
    [InlineData("""{"reason":1}""", "reason")]
    [InlineData("[1]", "reason")]
    public async Task A_cancellation_takes_a_reason_and_nothing_else(string body, string expected) =>
        (await PostAsync("/v1/processes/approve/invocations/1/cancel", body, HttpStatusCode.BadRequest)).Field("detail")
            .ShouldContain(expected);

    private async Task<JsonElement> PostAsync(string path, string body, HttpStatusCode expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _silo.Http.PostAsync(path, content);
        return await ProblemAsync(response, expected);
    }

    private static Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode expected) =>
        ProblemAssertions.ReadAsync(response, expected);
}
