using System.Text.Json;

namespace Actors.Core.Definitions.Validation;

/// <summary>Rules of the map as a whole.</summary>
internal static class MapRules
{
    public const string NameRule =
        "a name starts with a letter or digit, goes on with letters, digits, '_', '-', '.' or ':', has no '..' and " +
        "at most 128 characters";

    private const int TextCharactersMax = 4096;

    public static void Check(MapCheck check)
    {
        var map = check.Map;
        if (!Names.IsName(map.Process)) check.Add("name", ["process"], $"has a name that is none; {NameRule}");
        if (map.Version < 1) check.Add("version", ["version"], $"has version {map.Version}; versions count from 1");
        if (map.Description?.Length > TextCharactersMax)
        {
            check.Add("description", ["description"],
                $"has a description of {map.Description.Length} characters; at most {TextCharactersMax}");
        }

        if (map.Deadline is { } deadline && !IsDuration(deadline))
            check.Add("deadline", ["deadline"], "has a deadline that is not above 0 and at most 3650d");
        CheckLabels(map.Labels, (label, why) => check.Add("label", ["labels", label], why));
        CheckServices(check);
        CheckKey(check);
        CheckSchema(check);
    }

    public static bool IsDuration(TimeSpan duration) => duration > TimeSpan.Zero && duration <= Durations.Max;

    public static void CheckLabels(IReadOnlyDictionary<string, string> labels, Action<string, string> add)
    {
        foreach (var (label, text) in labels)
        {
            if (label.Length is 0 or > Names.NameCharactersMax)
                add(label, $"has a label '{label}'; labels have 1 to {Names.NameCharactersMax} characters");
            if (text.Length > TextCharactersMax)
                add(label, $"has a label '{label}' with {text.Length} characters; at most {TextCharactersMax}");
        }
    }

    private static void CheckServices(MapCheck check)
    {
        foreach (var (name, service) in check.Map.Services)
        {
            if (!Names.IsName(name)) check.Add("name", ["services", name], $"has a service '{name}'; {NameRule}");
            if (!Uri.TryCreate(service.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                check.Add("service-url", ["services", name, "url"],
                    $"has a service '{name}' with the address '{service.Url}'; write an absolute one with http:// or " +
                    "https://");
            }

            if (service.Timeout is { } timeout && !IsDuration(timeout))
            {
                check.Add("timeout", ["services", name, "timeout"],
                    $"has a service '{name}' with a timeout that is not above 0 and at most 3650d");
            }

            foreach (var (header, value) in service.Headers)
            {
                if (ActionRules.HeaderProblem(header, value) is { } problem)
                {
                    check.Add("header", ["services", name, "headers", header],
                        $"has a service '{name}' with {problem}");
                }
            }
        }
    }

    private static void CheckKey(MapCheck check)
    {
        if (check.Map.Key is not { } key) return;
        if (Expressions.Problem(ExpressionKind.Path, key) is { } problem)
        {
            check.Add("path", ["key"], $"has a key that is not a path: {problem}");
        }
        else if (check.Map.InputSchema is { } schema && ScopedKey(key, schema) is { } meant)
        {
            check.Add("key", ["key"],
                $"has the key '{key}', but its input has no 'input': in a key, '$' is the input", meant);
        }
        else if (!Expressions.IsSingular(key))
        {
            check.Add("key", ["key"],
                $"has the key '{key}', which may yield many values; a key names one, such as $.orderId");
        }
    }

    // A key is the one path whose root is the input itself, and easily written like the others.
    private static string? ScopedKey(string key, string schema)
    {
        const string scope = "$.input.";
        if (!key.StartsWith(scope, StringComparison.Ordinal) || MayHaveInput(schema)) return null;
        return "$." + key[scope.Length..];
    }

    private static bool MayHaveInput(string schema)
    {
        try
        {
            using var json = JsonDocument.Parse(schema);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return true;
            var isDeclared = json.RootElement.TryGetProperty("properties", out var properties) &&
                properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty("input", out _);
            var isRequired = json.RootElement.TryGetProperty("required", out var required) &&
                required.ValueKind == JsonValueKind.Array &&
                required.EnumerateArray().Any(r => r.ValueKind == JsonValueKind.String && r.ValueEquals("input"));
            return isDeclared || isRequired;
        }
        catch (JsonException)
        {
            // No schema says anything; that this is none, its own rule says.
            return true;
        }
    }

    private static void CheckSchema(MapCheck check)
    {
        if (check.Map.InputSchema is { } schema)
        {
            foreach (var error in Expressions.SchemaErrors(schema))
            {
                check.Add("schema", ["input", .. error.Path],
                    $"has an input schema that is not valid: {error.Pointer} {error.Message}", error.Suggestion);
            }
        }

        if (check.Map.Output is not { } output) return;
        var depth = Expressions.TemplateDepth(output);
        if (depth > Expressions.TemplateDepthMax)
        {
            check.Add("too-deep", ["output"],
                $"has an output that nests {depth} levels; at most {Expressions.TemplateDepthMax}");
        }
    }
}
