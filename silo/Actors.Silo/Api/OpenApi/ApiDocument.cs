using System.Text.Json.Nodes;
using Actors.Silo.Api.Requests;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Actors.Silo.Api.OpenApi;

/// <summary>The OpenAPI document, made of the same metadata that requests are checked against.</summary>
internal static class ApiDocument
{
    private static readonly Dictionary<string, string> PathParameters = new(StringComparer.Ordinal)
    {
        ["process"] = "Name of the process.",
        ["id"] = "The id, percent-encoded once; it may contain / as %2F.",
        ["signal"] = "Name of the signal.",
        ["type"] = "Entity type.",
        ["operation"] = "Name of the operation.",
    };

    public static IServiceCollection AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Actors",
                Version = "v1",
                Description = "Starts, reads and steers invocations of durable processes, and calls shared entities. " +
                "Errors are problem+json (RFC 9457); decide by failureType.",
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(TransformAsync);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(Payload) || context.JsonTypeInfo.Type == typeof(Payload?))
                schema.Description = "Any JSON value.";
            return Task.CompletedTask;
        });
    });

    private static Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters = [.. PathOf(context), .. Declared(metadata)];
        if (metadata.OfType<ApiBody>().FirstOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = body.Description,
                Required = false,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new() { Schema = new OpenApiSchema() },
                },
            };
        }

        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (Meaning(status) is { } meaning) response.Description = meaning;
            if (response is OpenApiResponse own) Headers(status, own);
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<IOpenApiParameter> PathOf(OpenApiOperationTransformerContext context)
    {
        foreach (var segment in (context.Description.RelativePath ?? "").Split('/'))
        {
            if (segment is not ['{', .., '}']) continue;
            var name = segment[1..^1];
            yield return new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Description = PathParameters[name],
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    MaxLength = name == "id" ? Names.IdCharactersMax : Names.NameCharactersMax,
                },
            };
        }
    }

    private static IEnumerable<IOpenApiParameter> Declared(IEnumerable<object> metadata) =>
        (metadata.OfType<ApiParameters>().FirstOrDefault()?.All ?? []).Select(parameter => new OpenApiParameter
        {
            Name = parameter.Name,
            In = parameter.Place == ParameterPlace.Query ? ParameterLocation.Query : ParameterLocation.Header,
            Required = false,
            Description = parameter.Description,
            Schema = Schema(parameter.SchemaNode.AsObject()),
        });

    private static OpenApiSchema Schema(JsonObject node) => new()
    {
        Type = (string?)node["type"] == "integer" ? JsonSchemaType.Integer : JsonSchemaType.String,
        Format = (string?)node["format"],
        MaxLength = (int?)node["maxLength"],
        Minimum = node["minimum"]?.ToString(),
        Maximum = node["maximum"]?.ToString(),
        Default = node["default"]?.DeepClone(),
        Enum = node["enum"]?.AsArray().Select(word => word!.DeepClone()).ToList(),
        Examples = node["examples"]?.AsArray().Select(example => example!.DeepClone()).ToList(),
    };

    private static string? Meaning(string status) => status switch
    {
        "400" => "Not valid: a name, id, parameter or body breaks a rule, or the input does not fit the process's " +
            "schema.",
        "403" => "Not from this machine: the silo has no authentication, and answers local callers only.",
        "404" => "No such process, invocation, entity type, operation or state.",
        "409" => "The request does not fit the present state.",
        "413" => "The body is larger than the silo takes.",
        "415" => "The body is not application/json.",
        "422" => "Refused for good: a definition is wrong, or the operation said no.",
        "429" => "As much work as the silo may take; nothing was done. Repeat after Retry-After.",
        "500" => "The silo failed; its log has the details under the correlation id.",
        "503" => "Not available for the moment. Repeat after Retry-After.",
        "507" => "The store is full; nothing was done.",
        _ => null,
    };

    private static void Headers(string status, OpenApiResponse response)
    {
        if (status is "429" or "503" or "507")
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            response.Headers["Retry-After"] = new OpenApiHeader
            {
                Description = "Seconds to wait before the request is repeated.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
            };
        }
        else if (status == "201")
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            response.Headers["Location"] = new OpenApiHeader
            {
                Description = "Address of the invocation.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }
    }
}
