using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Client.Http;

/// <summary>How the silo's answers are read.</summary>
internal static class ApiJson
{
    // A payload may be as deep as the engine takes, and stands a few levels down in a view.
    private const int ViewDepth = 16;

    public static JsonSerializerOptions Options { get; } = Make();

    /// <exception cref="TransientException">It is no answer of a silo.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, Options) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new UnavailableException($"the answer is not that of a silo; check the address: {e.Message}", e);
        }
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(Payload.JsonOptions) { MaxDepth = Payload.DepthMax + ViewDepth };
        options.Converters.Insert(0, new ExactPayloadConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Keeps a payload's text as the silo has it, so that payloads stay equal on their way.</summary>
    private sealed class ExactPayloadConverter : JsonConverter<Payload>
    {
        public override bool HandleNull => true;

        public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
        }

        public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
