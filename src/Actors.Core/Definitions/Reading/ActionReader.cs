using System.Collections.Immutable;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Core.Definitions.Reading;

/// <summary>Reads what a step or its undo does: one key that says it, and the keys that belong to that one.</summary>
internal static class ActionReader
{
    /// <summary>The keys of which each step has exactly one.</summary>
    public static readonly ImmutableArray<string> Kinds =
    [
        "get", "post", "put", "patch", "delete", "handler", "delay", "wait", "emit", "entity", "child", "simulate",
    ];

    private static readonly ImmutableArray<string> HttpKeys =
        ["body", "headers", "success", "transient", "response", "responseMax"];

    private static readonly ImmutableArray<(string, DurationDistribution)> Distributions =
    [
        ("fixed", DurationDistribution.Fixed), ("uniform", DurationDistribution.Uniform),
        ("exponential", DurationDistribution.Exponential),
    ];

    /// <summary>The action; null if there is none that could be read, which is then among the errors.</summary>
    public static StepAction? Read(MappingReader fields, out ImmutableArray<string> keys)
    {
        var kinds = Kinds.Where(fields.Has).ToImmutableArray();
        keys = kinds;
        if (kinds.Length == 0)
        {
            if (fields.Has("human"))
            {
                keys = ["human"];
                fields.Errors.Add("not-in-this-version", fields.LineOf("human"),
                    $"{fields.Thing}: 'human' is not in this version; wait for a signal instead: 'wait: approved'");
                return null;
            }

            // A misspelt one is told as such; all are then known, so that the nearest is found.
            keys = [.. Kinds, .. HttpKeys, "data"];
            if (!fields.Fields.Any(IsMisspelt))
            {
                fields.Errors.Add("no-action", fields.Line,
                    $"{fields.Thing} does nothing; give it one of {string.Join(", ", Kinds)}");
            }

            return null;
        }

        if (kinds.Length > 1)
        {
            var all = string.Join(" and ", kinds.Select(k => $"'{k}'"));
            fields.Errors.Add("two-actions", kinds.Max(fields.LineOf),
                $"{fields.Thing} does {all}; a step does one thing: make it {kinds.Length} steps");
        }

        var kind = kinds[0];
        keys = OptionsOf(kind) is { Length: > 0 } options ? [.. kinds, .. options] : kinds;
        return Read(fields, kind);
    }

    /// <summary>Says to whom a key belongs that is in the wrong place; null if it belongs to no action.</summary>
    public static string? Explain(string key)
    {
        if (HttpKeys.Contains(key, StringComparer.Ordinal))
            return $"'{key}' belongs to get, post, put, patch and delete";
        return key == "data" ? "'data' belongs to emit" : null;
    }

    private static bool IsMisspelt(Field field) =>
        !StepReader.IsCommon(field.Key) && Spelling.Nearest(field.Key, Kinds) is not null;

    private static ImmutableArray<string> OptionsOf(string kind) => kind switch
    {
        "get" or "post" or "put" or "patch" or "delete" => HttpKeys,
        "emit" => ["data"],
        _ => [],
    };

    private static StepAction? Read(MappingReader fields, string kind)
    {
        switch (kind)
        {
            case "handler":
                return fields.Text(kind, "the name of a handler") is { } handler
                    ? new StepAction.Handler(handler)
                    : null;
            case "delay":
                return ReadDelay(fields);
            case "wait":
                return fields.Text(kind, "the name of a signal") is { } signal ? new StepAction.Wait(signal) : null;
            case "emit":
                return fields.Text(kind, "the name of an event") is { } name
                    ? new StepAction.Emit(name, fields.Template("data"))
                    : null;
            case "entity":
                return ReadEntity(fields);
            case "child":
                return ReadChild(fields);
            case "simulate":
                return ReadSimulate(fields);
            default:
                return ReadHttp(fields, kind);
        }
    }

    private static StepAction.Http? ReadHttp(MappingReader fields, string kind)
    {
        const string codes = "a list of status codes";
        var http = new StepAction.Http
        {
            Method = kind.ToUpperInvariant(),
            Url = fields.Text(kind, "a URL: 'service/path' or one that starts with http:// or https://") ?? "",
            Headers = fields.TextMap("headers", StringComparer.OrdinalIgnoreCase),
            Body = fields.Template("body"),
            Success = fields.Integers("success", codes),
            Transient = fields.Integers("transient", codes),
            Response = fields.Template("response"),
        };
        if (fields.Node("responseMax") is { } max)
        {
            if (max is ScalarNode scalar && Sizes.TryParse(scalar.Text, out var bytes))
                http = http with { ResponseBytesMax = bytes };
            else
                fields.Wrong("responseMax", Sizes.Forms);
        }

        return http.Url.Length == 0 && fields.Node(kind) is not ScalarNode { Kind: ScalarKind.Text } ? null : http;
    }

    private static StepAction.Delay? ReadDelay(MappingReader fields)
    {
        if (fields.Node("delay") is ScalarNode { Kind: ScalarKind.Text } scalar)
        {
            if (scalar.Text.StartsWith('$')) return new StepAction.Delay(scalar.Text);
            if (Durations.TryParse(scalar.Text, out var duration))
                return new StepAction.Delay(Durations.Format(duration));
        }

        fields.WrongDuration("delay", Durations.Forms + ", or a path to one");
        return null;
    }

    private static StepAction.Entity? ReadEntity(MappingReader fields)
    {
        if (fields.Mapping("entity", "type, id and operation") is not { } entity) return null;
        entity.RefuseUnknown(["type", "id", "operation"]);
        var type = entity.RequiredText("type", "the name of an entity type");
        var id = entity.RequiredText("id", "the id of an entity, with placeholders, or a path to it");
        var operation = entity.RequiredText("operation", "the name of an operation");
        return type is null || id is null || operation is null ? null : new StepAction.Entity(type, id, operation);
    }

    private static StepAction.Child? ReadChild(MappingReader fields)
    {
        if (fields.Node("child") is ScalarNode { Kind: ScalarKind.Text } name)
            return new StepAction.Child(name.Text, null);
        if (fields.Mapping("child", "process and id; or the name of a process") is not { } child) return null;
        child.RefuseUnknown(["process", "id"]);
        return child.RequiredText("process", "the name of a process") is { } process
            ? new StepAction.Child(process, child.Text("id", "an id, with placeholders"))
            : null;
    }

    private static StepAction.Simulate? ReadSimulate(MappingReader fields)
    {
        if (fields.Node("simulate") is ScalarNode)
        {
            return fields.Duration("simulate") is { } mean
                ? new StepAction.Simulate(mean, DurationDistribution.Fixed, 0)
                : null;
        }

        if (fields.Mapping("simulate", "duration, distribution and failures; or a duration") is not { } simulate)
            return null;
        simulate.RefuseUnknown(["duration", "distribution", "failures"]);
        if (!simulate.Has("duration")) simulate.Missing("duration", Durations.Forms);
        var distribution = simulate.Word("distribution", Distributions) ?? DurationDistribution.Fixed;
        var failures = simulate.Number("failures", "a share from 0 to 1") ?? 0;
        return simulate.Duration("duration") is { } duration
            ? new StepAction.Simulate(duration, distribution, failures)
            : null;
    }
}
