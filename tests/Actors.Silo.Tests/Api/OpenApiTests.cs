using System.Text.Json;
using Actors.Silo.Api.Requests;
using Actors.Silo.Tests.Engine;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Actors.Silo.Tests.Api;

/// <summary>The document against the route table.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private RunningSilo _silo = null!;
    private JsonElement _document;

    public async Task InitializeAsync()
    {
        _silo = await RunningSilo.StartAsync();
        _document = JsonDocument.Parse(await _silo.Http.GetStringAsync("/openapi/v1.json")).RootElement;
    }

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Fact]
    public void The_document_has_every_route_and_no_other()
    {
        var routes = Routes().Select(r => $"{r.Method} {r.Path}").Order();
        var described = Operations().Select(o => $"{o.Method} {o.Path}").Order();
        described.ShouldBe(routes);
        routes.Count().ShouldBe(19);
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_and_a_summary()
    {
        var names = Operations().Select(o => o.Body.GetProperty("operationId").GetString()).ToList();
        names.ShouldBeUnique();
        foreach (var (_, path, body) in Operations()) body.GetProperty("summary").GetString()
            .ShouldNotBeNullOrEmpty(path);
    }

    [Fact]
    public void Every_parameter_that_a_route_takes_is_described_and_no_other()
    {
        var described = Operations().ToDictionary(o => $"{o.Method} {o.Path}", o => o.Body);
        foreach (var (method, path, endpoint) in Routes())
        {
            var own = endpoint.Metadata.GetMetadata<ApiParameters>()!.All.Select(p => p.Name);
            var inPath = endpoint.RoutePattern.Parameters.Select(p => p.Name);
            var told = described[$"{method} {path}"].TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Select(p => p.GetProperty("name").GetString()!)
                : [];
            told.Order().ShouldBe(own.Concat(inPath).Order(), $"{method} {path}");
            if (parameters.ValueKind != JsonValueKind.Array) continue;
            foreach (var parameter in parameters.EnumerateArray())
            {
                parameter.GetProperty("description").GetString().ShouldNotBeNullOrEmpty();
                parameter.GetProperty("schema").GetProperty("type").GetString().ShouldNotBeNullOrEmpty();
            }
        }
    }

    [Fact]
    public void Every_route_that_reads_a_body_describes_it()
    {
        var described = Operations().ToDictionary(o => $"{o.Method} {o.Path}", o => o.Body);
        foreach (var (method, path, endpoint) in Routes())
        {
            described[$"{method} {path}"].TryGetProperty("requestBody", out _)
                .ShouldBe(endpoint.Metadata.GetMetadata<ApiBody>() is not null, $"{method} {path}");
        }
    }

    [Fact]
    public void Errors_are_problems_with_their_meaning()
    {
        foreach (var (method, path, body) in Operations()
            .Where(o => o.Path.StartsWith("/v1", StringComparison.Ordinal)))
        {
            var responses = body.GetProperty("responses");
            foreach (var status in (string[])["400", "429", "500", "503"])
            {
                var response = responses.GetProperty(status);
                response.GetProperty("description")
                    .GetString()!.Length.ShouldBeGreaterThan(20, $"{method} {path} {status}");
                response.GetProperty("content").GetProperty("application/problem+json").GetProperty("schema")
                    .GetProperty("$ref")
                    .GetString().ShouldBe("#/components/schemas/Problem");
            }

            responses.EnumerateObject().Any(r => r.Name[0] == '2').ShouldBeTrue($"{method} {path}");
        }
    }

    [Fact]
    public void Views_are_described_as_they_are_written()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        var view = schemas.GetProperty("InvocationView").GetProperty("properties");
        view.TryGetProperty("invocationId", out _).ShouldBeTrue();
        view.TryGetProperty("hasEnded", out _).ShouldBeFalse();
        schemas.GetProperty("InvocationStatus").GetProperty("enum").EnumerateArray().Select(e => e.GetString())
            .ShouldContain("waiting");
    }

    private IEnumerable<(string Method, string Path, JsonElement Body)> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);

    private IEnumerable<(string Method, string Path, RouteEndpoint Endpoint)> Routes() =>
        from endpoint in _silo.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where !endpoint.RoutePattern.RawText!.StartsWith("/openapi", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select (method, endpoint.RoutePattern.RawText!, endpoint);
}
