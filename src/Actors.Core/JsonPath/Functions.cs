using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>The functions of RFC 9535 section 2.4.</summary>
internal static class Functions
{
    public static bool Test(Evaluator evaluator, FunctionCall call, JsonElement current)
    {
        var text = evaluator.ValueOf(call.Arguments[0], current);
        var pattern = evaluator.ValueOf(call.Arguments[1], current);
        return text.ValueKind == JsonValueKind.String && pattern.ValueKind == JsonValueKind.String &&
            IRegexp.IsMatch(text.GetString()!, pattern.GetString()!, isWhole: call.Name == FunctionName.Match);
    }

    public static JsonElement Value(Evaluator evaluator, FunctionCall call, JsonElement current)
    {
        switch (call.Name)
        {
            case FunctionName.Length:
                return Length(evaluator.ValueOf(call.Arguments[0], current)) is { } length ? Number(length) : default;
            case FunctionName.Count:
                return Number(Nodes(evaluator, call, current).Count);
            default:
                var nodes = Nodes(evaluator, call, current);
                return nodes.Count == 1 ? nodes[0] : default;
        }
    }

    private static List<JsonElement> Nodes(Evaluator evaluator, FunctionCall call, JsonElement current) =>
        evaluator.Nodes(((Comparable.Query)call.Arguments[0]).Syntax, current);

    private static int? Length(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.EnumerateRunes().Count(),
        JsonValueKind.Array => value.GetArrayLength(),
        JsonValueKind.Object => value.EnumerateObject().Count(),
        _ => null,
    };

    private static JsonElement Number(int value) => JsonSerializer.SerializeToElement(value);
}
