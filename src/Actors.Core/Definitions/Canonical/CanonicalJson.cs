using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Core.Definitions.Reading;

namespace Actors.Core.Definitions.Canonical;

/// <summary>
/// One text for each JSON value: no insignificant white space, keys in ordinal order, numbers by
/// <see cref="CanonicalNumber"/>, escapes only where JSON demands them.
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Canonical text of a node.</summary>
    public static string Of(Node node) => Write(json => WriteNode(json, node));

    /// <summary>Canonical text of JSON text.</summary>
    /// <exception cref="JsonException">It is not one JSON value.</exception>
    public static string Of(string json)
    {
        var errors = new FileErrors(null);
        var node = JsonNodes.Read(json, errors);
        return node is not null && errors.IsEmpty
            ? Of(node)
            : throw new JsonException(errors.ToImmutable() is [var first, ..] ? first.Message : "not a JSON value");
    }

    /// <summary>Text of what is written.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options)) write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteNode(Utf8JsonWriter json, Node node)
    {
        switch (node)
        {
            case MappingNode mapping:
                json.WriteStartObject();
                foreach (var field in mapping.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(field.Key);
                    WriteNode(json, field.Value);
                }

                json.WriteEndObject();
                break;
            case SequenceNode sequence:
                json.WriteStartArray();
                foreach (var item in sequence.Items) WriteNode(json, item);
                json.WriteEndArray();
                break;
            case ScalarNode { Kind: ScalarKind.Text } text:
                json.WriteStringValue(text.Text);
                break;
            case ScalarNode { Kind: ScalarKind.Number } number:
                json.WriteRawValue(number.Number, skipInputValidation: true);
                break;
            case ScalarNode { Kind: ScalarKind.Null }:
                json.WriteNullValue();
                break;
            case ScalarNode scalar:
                json.WriteBooleanValue(scalar.Kind == ScalarKind.True);
                break;
        }
    }
}
