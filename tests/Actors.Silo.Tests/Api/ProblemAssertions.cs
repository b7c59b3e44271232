using System.Net;
using System.Text.Json;
using Shouldly;

namespace Actors.Silo.Tests.Api;

internal static class ProblemAssertions
{
    /// <summary>Reads an answer that has to be a whole problem of a status.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, body);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(body).RootElement;
        problem.GetProperty("status").GetInt32().ShouldBe((int)expected);
        problem.Field("type").ShouldBe("urn:actors:problem:" + problem.Field("failureType"));
        problem.Field("title").ShouldNotBeNullOrEmpty();
        problem.Field("detail").ShouldNotBeNullOrEmpty();
        problem.Field("correlationId").ShouldNotBeNullOrEmpty();
        return problem;
    }

    public static string Field(this JsonElement problem, string name) => problem.GetProperty(name).GetString()!;
}
