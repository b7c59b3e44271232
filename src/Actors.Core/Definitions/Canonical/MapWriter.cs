using System.Collections.Immutable;
using System.Text.Json;
using Actors.Definitions;

namespace Actors.Core.Definitions.Canonical;

/// <summary>Writes the root of a map.</summary>
internal static class MapWriter
{
    /// <summary>
    /// The retry policy that steps need not repeat. It stands in each map's text, and is frozen: should the engine's
    /// own default ever change, stored definitions keep their meaning and their hash.
    /// </summary>
    public static RetryPolicy FrozenRetry { get; } =
        new(5, TimeSpan.FromMilliseconds(200), 2, TimeSpan.FromSeconds(30), true, []);

    public static void Write(Utf8JsonWriter json, StepMap map)
    {
        json.WriteStartObject();
        json.WriteString("process", map.Process);
        json.WriteNumber("version", map.Version);
        json.WriteString("model", map.Model == ProcessModel.Pipeline ? "pipeline" : "graph");
        if (map.Description is { } description) json.WriteString("description", description);
        if (map.InputSchema is { } schema) WriteJson(json, "input", schema);
        if (map.Key is { } key) json.WriteString("key", key);
        if (map.Deadline is { } deadline) json.WriteString("deadline", Durations.Format(deadline));
        json.WriteString("onFailure", map.OnFailure == SiblingPolicy.Finish ? "finish" : "cancel");
        WriteServices(json, map.Services);
        json.WriteStartObject("defaults");
        PolicyWriter.WriteRetry(json, FrozenRetry);
        json.WriteEndObject();
        WritePipeline(json, map);
        WriteTexts(json, "labels", map.Labels);
        json.WriteStartObject("steps");
        foreach (var step in map.Steps) StepWriter.Write(json, step);
        json.WriteEndObject();
        if (map.Output is { } output) WriteJson(json, "output", output.Json);
        json.WriteEndObject();
    }

    public static void WriteJson(Utf8JsonWriter json, string key, string value)
    {
        json.WritePropertyName(key);
        json.WriteRawValue(CanonicalJson.Of(value), skipInputValidation: true);
    }

    public static void WriteTexts(Utf8JsonWriter json, string key, ImmutableSortedDictionary<string, string> texts)
    {
        if (texts.IsEmpty) return;
        json.WriteStartObject(key);
        foreach (var (name, text) in texts.OrderBy(t => t.Key, StringComparer.Ordinal)) json.WriteString(name, text);
        json.WriteEndObject();
    }

    public static void WriteTexts(Utf8JsonWriter json, string key, ImmutableArray<string> texts)
    {
        if (texts.IsDefaultOrEmpty) return;
        json.WriteStartArray(key);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteServices(
        Utf8JsonWriter json, ImmutableSortedDictionary<string, ServiceDefinition> services)
    {
        if (services.IsEmpty) return;
        json.WriteStartObject("services");
        foreach (var (name, service) in services.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(name);
            json.WriteString("url", service.Url);
            if (service.Timeout is { } timeout) json.WriteString("timeout", Durations.Format(timeout));
            WriteTexts(json, "headers", service.Headers);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WritePipeline(Utf8JsonWriter json, StepMap map)
    {
        if (map.Pipeline is not { } pipeline) return;
        json.WriteStartObject("pipeline");
        json.WriteString("mode", pipeline.Mode == PipelineMode.Queued ? "queued" : "direct");
        json.WriteNumber("capacity", pipeline.Capacity);
        json.WriteEndObject();
    }
}
