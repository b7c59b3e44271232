using System.Net;
using System.Text;
using System.Text.Json;
using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Tests.Api;

public sealed class InvocationRouteTests : IAsyncLifetime
{
    private RunningSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await RunningSilo.StartAsync(
        RunningSilo.Options with { EventsKeepAlive = TimeSpan.FromMilliseconds(10) });

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Fact]
    public async Task A_start_answers_201_with_its_address_and_a_repeat_200()
    {
        using var first = await StartAsync("approve", "a/b c", "1");
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        first.Headers.Location!.OriginalString.ShouldBe("/v1/processes/approve/invocations/a%2Fb%20c");
        var answer = await JsonAsync(first);
        answer.EnumerateObject().Select(f => f.Name)
            .ShouldBe(["invocationId", "tenant", "process", "created", "status", "correlationId"]);
        answer.GetProperty("invocationId").GetString().ShouldBe("a/b c");
        answer.GetProperty("status").GetString().ShouldBe("waiting");
        using var second = await StartAsync("approve", "a/b c", "1");
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var there = await _silo.Http.GetAsync(new Uri(_silo.Address, first.Headers.Location));
        there.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_start_that_waits_answers_with_the_state()
    {
        using var response = await StartAsync("greet", "w", """{"name":"you"}""", "?wait=10s");
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var view = await JsonAsync(response);
        view.GetProperty("status").GetString().ShouldBe("completed");
        view.GetProperty("output").GetProperty("greeting").GetString().ShouldBe("hello you");
        view.GetProperty("steps")[0].GetProperty("status").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task Events_are_streamed_with_keep_alives_and_resumed_by_the_last_id()
    {
        using var started = await StartAsync("approve", "e", "{\n \"a\": 1\r\n}");
        using var response = await _silo.Http.GetAsync(
            "/v1/processes/approve/invocations/e/events", HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await lines.ReadLineAsync()).ShouldBe("id: 1");
        (await lines.ReadLineAsync()).ShouldBe("event: Started");
        JsonDocument.Parse((await lines.ReadLineAsync())!["data: ".Length..]).RootElement.GetProperty("sequence")
            .GetInt32().ShouldBe(1);
        while (await lines.ReadLineAsync() != ": keep-alive")
        {
            // Comes while nothing happens.
        }

        using var client = _silo.Client();
        await client.SignalAsync(new InvocationId("approve", "e"), "approval");
        (await lines.ReadToEndAsync()).ShouldContain("event: Completed");

        using var resume = new HttpRequestMessage(HttpMethod.Get, "/v1/processes/approve/invocations/e/events");
        resume.Headers.Add("Last-Event-ID", "3");
        using var rest = await _silo.Http.SendAsync(resume);
        (await rest.Content.ReadAsStringAsync()).ShouldStartWith("id: 4\nevent: Completed\n");
        using var nothing = await _silo.Http.GetAsync("/v1/processes/approve/invocations/e/events?after=4");
        nothing.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_wrong_last_event_id_is_refused()
    {
        using var started = await StartAsync("approve", "l", "1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/processes/approve/invocations/l/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", "x");
        using var response = await _silo.Http.SendAsync(request);
        await ProblemAssertions.ReadAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_process_is_read_by_name_and_a_near_name_is_offered()
    {
        using var found = await _silo.Http.GetAsync("/v1/processes/greet");
        (await JsonAsync(found)).GetProperty("name").GetString().ShouldBe("greet");
        using var missing = await _silo.Http.GetAsync("/v1/processes/gret");
        (await ProblemAssertions.ReadAsync(missing, HttpStatusCode.NotFound)).Field("detail")
            .ShouldContain("did you mean 'greet'");
    }

    [Fact]
    public async Task An_entity_that_was_never_called_is_absent()
    {
        using var response = await _silo.Http.GetAsync("/v1/entities/counter/1");
        (await ProblemAssertions.ReadAsync(response, HttpStatusCode.NotFound)).Field("failureType")
            .ShouldBe("entity-absent");
    }

    private async Task<HttpResponseMessage> StartAsync(string process, string key, string body, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/processes/{process}/invocations{query}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", key);
        return await _silo.Http.SendAsync(request);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
}
