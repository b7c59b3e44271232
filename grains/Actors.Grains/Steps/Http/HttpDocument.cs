using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Actors.Core.JsonPath;

namespace Actors.Grains.Steps;

/// <summary>What a response mapping sees.</summary>
internal static class HttpDocument
{
    // A body of the depth that is allowed, inside of the document.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Payload.DepthMax + 2 };

    /// <summary>
    /// <c>{"response":{"status":…,"headers":{…},"body":…}}</c>; names of headers in lower case, several values of one
    /// joined by a comma and a space.
    /// </summary>
    public static JsonView Of(HttpResponseMessage response, Payload body)
    {
        var buffer = new ArrayBufferWriter<byte>(body.Bytes + 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("response");
            json.WriteNumber("status", (int)response.StatusCode);
            json.WriteStartObject("headers");
            Write(json, response.Headers);
            Write(json, response.Content.Headers);
            json.WriteEndObject();
            json.WritePropertyName("body");
            json.WriteRawValue(body.Utf8.Span, skipInputValidation: true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new ElementView(JsonElement.Parse(buffer.WrittenSpan, Options));
    }

    private static void Write(Utf8JsonWriter json, HttpHeaders headers)
    {
        foreach (var (name, values) in headers.NonValidated)
            json.WriteString(name.ToLowerInvariant(), string.Join(", ", values));
    }
}
