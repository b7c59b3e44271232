using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Actors.Core.JsonPath;
using Actors.Core.Schemas;
using Actors.Core.Templates;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>Asks the readers of paths, conditions, templates and schemas what a text says.</summary>
internal static class Expressions
{
    /// <summary>Deepest nesting of a template: leaves room for what stands around it in a file.</summary>
    public const int TemplateDepthMax = 48;

    private static readonly ElementView Nothing = new(JsonElement.Parse("{}"));

    public static string? Problem(ExpressionKind kind, string text) =>
        TryRead(kind, text, out _, out var problem) ? null : problem;

    public static bool TryRead(
        ExpressionKind kind, string text, out ImmutableArray<ImmutableArray<string>> references, out string problem)
    {
        ImmutableArray<ImmutableArray<string>>? found;
        switch (kind)
        {
            case ExpressionKind.Path:
                found = JsonPathQuery.TryParse(text, out var query, out var pathError) ? query.References : null;
                problem = pathError?.ToString() ?? "";
                break;
            case ExpressionKind.Condition:
                found = JsonPathCondition.TryParse(text, out var condition, out var conditionError)
                    ? condition.References
                    : null;
                problem = conditionError?.ToString() ?? "";
                break;
            case ExpressionKind.Template:
                found = CompiledTemplate.TryCompile(new Template(text), out var templateErrors)?.References;
                problem = string.Join("; ", templateErrors);
                break;
            default:
                found = CompiledText.TryCompile(text, out var textErrors)?.References;
                problem = string.Join("; ", textErrors);
                break;
        }

        references = found ?? [];
        return found is not null;
    }

    public static bool IsSingular(string path) =>
        JsonPathQuery.TryParse(path, out var query, out _) && query.IsSingular;

    /// <summary>A condition that looks at nothing and does not hold.</summary>
    public static bool IsAlwaysFalse(string condition) =>
        JsonPathCondition.TryParse(condition, out var parsed, out _) && parsed.References.IsEmpty &&
        !parsed.Evaluate(Nothing);

    public static ImmutableArray<SchemaError> SchemaErrors(string json) =>
        JsonSchema.TryParse(json, out _, out var errors) ? [] : errors;

    /// <summary>How deeply a template nests, however deep that is; as far as it is JSON.</summary>
    public static int TemplateDepth(Template template)
    {
        var depth = 0;
        var json = new Utf8JsonReader(
            Encoding.UTF8.GetBytes(template.Json), new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (json.Read())
            {
                if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    depth = Math.Max(depth, json.CurrentDepth + 1);
            }
        }
        catch (JsonException)
        {
            // That it is no JSON is said by who reads it.
        }

        return depth;
    }
}
