using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.Cli.Files;

/// <summary>
/// Writes JSON as YAML for people: what is short stands on one line in braces, texts stand without quotation marks
/// wherever no reader could take them for something else.
/// </summary>
internal static class YamlText
{
    private const int WidthMax = 100;

    private static readonly JsonSerializerOptions Quoted = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "true", "false", "null", "yes", "no", "on", "off", "y", "n",
    };

    /// <summary>The text of a mapping, with a line end behind it.</summary>
    public static string Of(JsonObject root)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in root) WriteField(text, key, value, 0);
        return text.ToString();
    }

    private static void WriteField(StringBuilder text, string key, JsonNode? value, int indent)
    {
        // A blank line sets the steps off from what is said of the whole.
        if (indent == 0 && key == "steps") text.Append('\n');
        text.Append(' ', indent).Append(Scalar(key)).Append(':');
        WriteValue(text, value, indent, indent + key.Length + 2, isOpen: indent == 0 && key == "steps");
    }

    private static void WriteValue(StringBuilder text, JsonNode? value, int indent, int column, bool isOpen)
    {
        if (!isOpen && Flow(value, WidthMax - column) is { } flow)
        {
            text.Append(' ').Append(flow).Append('\n');
            return;
        }

        text.Append('\n');
        if (value is JsonObject mapping)
        {
            foreach (var (key, field) in mapping) WriteField(text, key, field, indent + 2);
            return;
        }

        foreach (var item in value!.AsArray())
        {
            text.Append(' ', indent + 2).Append('-');
            WriteValue(text, item, indent + 2, indent + 4, isOpen: false);
        }
    }

    // On one line, if it has room; texts and numbers always.
    private static string? Flow(JsonNode? value, int width)
    {
        var flow = new StringBuilder();
        return AddFlow(flow, value, value is JsonObject or JsonArray ? width : int.MaxValue) ? flow.ToString() : null;
    }

    private static bool AddFlow(StringBuilder flow, JsonNode? value, int width)
    {
        switch (value)
        {
            case JsonObject mapping:
                flow.Append(mapping.Count == 0 ? "{" : "{ ");
                var isFirst = true;
                foreach (var (key, field) in mapping)
                {
                    flow.Append(isFirst ? "" : ", ").Append(Scalar(key)).Append(": ");
                    isFirst = false;
                    if (!AddFlow(flow, field, width)) return false;
                }

                flow.Append(mapping.Count == 0 ? "}" : " }");
                break;
            case JsonArray list:
                flow.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0) flow.Append(", ");
                    if (!AddFlow(flow, list[i], width)) return false;
                }

                flow.Append(']');
                break;
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                flow.Append(Scalar(scalar.GetValue<string>()));
                break;
            default:
                flow.Append(value?.ToJsonString() ?? "null");
                break;
        }

        return flow.Length <= width;
    }

    private static string Scalar(string text) =>
        (IsPlain(text) || IsDuration(text)) && !Words.Contains(text) ? text : JsonSerializer.Serialize(text, Quoted);

    // Stricter than YAML: what is in doubt is quoted.
    private static bool IsPlain(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '_' or '$') && text[^1] != ' ' &&
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '.' or '/' or '-' or ' ');

    // Digits in front would make a number of it, were it not for the unit behind.
    private static bool IsDuration(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[^1]) && Durations.TryParse(text, out _);
}
