using System.Text.Json;
using System.Text.Json.Nodes;
using Actors.Core.Definitions;
using Actors.Definitions;

namespace Actors.Cli.Files;

/// <summary>
/// A definition in the words of the process file, without what goes without saying: defaults are left out, and a retry
/// policy that all steps share is said once. It is read back to a definition of the same content hash.
/// </summary>
internal static class ReadableMap
{
    private const string NoRetry = "none";

    /// <summary>The tree, in the order in which files are written.</summary>
    public static JsonObject Of(StepMap map)
    {
        var root = JsonNode.Parse(StepMapJson.Write(map), documentOptions: Depth)!.AsObject();
        if (Text(root["onFailure"]) == "cancel") root.Remove("onFailure");
        // The canonical form writes out the engine's own retry policy, which each file has anyhow.
        var usual = root["defaults"]!["retry"]!;
        root.Remove("defaults");
        foreach (var (_, step) in root["steps"]!.AsObject()) Shorten(step!.AsObject());
        if (SharedRetry(root["steps"]!.AsObject()) is { } shared) MoveToDefaults(root, shared);
        else if (!JsonNode.DeepEquals(usual, Usual)) root.Insert(IndexOfSteps(root), "defaults", WithRetry(usual));
        return root;
    }

    private static JsonDocumentOptions Depth => new() { MaxDepth = 256 };

    private static JsonNode Usual { get; } = JsonNode.Parse(
        """{"attempts":5,"first":"200ms","factor":2,"max":"30s","jitter":true}""")!;

    private static void Shorten(JsonObject step)
    {
        if (step["simulate"] is JsonObject simulate && Text(simulate["distribution"]) == "fixed")
        {
            simulate.Remove("distribution");
            if (simulate["failures"]!.GetValue<double>() == 0) simulate.Remove("failures");
            if (simulate.Count == 1) step["simulate"] = simulate["duration"]!.DeepClone();
        }

        if (step["retry"] is JsonObject retry && IsNone(retry)) step["retry"] = NoRetry;
    }

    private static bool IsNone(JsonObject retry) =>
        retry["attempts"]!.GetValue<int>() == 1 &&
        Usual.AsObject().All(part => part.Key == "attempts" || JsonNode.DeepEquals(part.Value, retry[part.Key])) &&
        retry.Count == Usual.AsObject().Count;

    private static JsonNode? SharedRetry(JsonObject steps)
    {
        var first = steps.FirstOrDefault().Value?["retry"];
        return first is not null && steps.Count > 1 &&
            steps.All(step => JsonNode.DeepEquals(step.Value!["retry"], first))
                ? first.DeepClone()
                : null;
    }

    private static void MoveToDefaults(JsonObject root, JsonNode retry)
    {
        foreach (var (_, step) in root["steps"]!.AsObject()) step!.AsObject().Remove("retry");
        root.Insert(IndexOfSteps(root), "defaults", WithRetry(retry));
    }

    private static JsonObject WithRetry(JsonNode retry) => new() { ["retry"] = retry.DeepClone() };

    private static int IndexOfSteps(JsonObject root) => root.IndexOf("steps");

    private static string? Text(JsonNode? node) => (node as JsonValue)?.GetValue<string>();
}
