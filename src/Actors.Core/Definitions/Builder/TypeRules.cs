using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using Actors.Core.Definitions.Reading;
using Actors.Core.Text;

namespace Actors.Definitions;

/// <summary>
/// Checks, where types are known, that a handler is given what it takes: a step whose input is all of another step's
/// result, or of the process's input, or an item of these.
/// </summary>
internal static class TypeRules
{
    private readonly record struct Given(Type Type, string From);

    public static void Check(StepMap map, IReadOnlyList<BuiltStep> built, Type inputType, FileErrors errors)
    {
        var producers = new Dictionary<string, BuiltStep>(StringComparer.Ordinal);
        foreach (var step in built) producers.TryAdd(step.Step.Name, step);
        for (var i = 0; i < built.Count; i++)
        {
            if (built[i].Types is not { } types || IsOpen(types.Input)) continue;
            if (GivenTo(map, map.Steps[i], built[i], inputType, producers) is not { } given) continue;
            if (Fits(given.Type, types.Input)) continue;
            errors.Add("type-mismatch", 0,
                $"step '{map.Steps[i].Name}' takes {TypeNames.Show(types.Input)}, but is given {TypeNames.Show(given.Type)}, " +
                $"{given.From}; map it with Input(...), or change one of the types");
        }
    }

    private static Given? GivenTo(
        StepMap map, Step step, BuiltStep built, Type inputType, Dictionary<string, BuiltStep> producers)
    {
        if (built.InputType is { } typed) return new Given(typed, "a part of the process's input");
        var path = step.Input is { } input ? PathOf(input) : DefaultPath(map, step);
        if (path != "$.item") return path is null ? null : Produced(path, inputType, producers);
        if (step.Each is not { } each || Produced(each.Path, inputType, producers) is not { } all) return null;
        return ItemOf(all.Type) is { } item ? new Given(item, $"an item of {all.From}") : null;
    }

    private static string? DefaultPath(StepMap map, Step step)
    {
        if (step.Each is not null) return "$.item";
        return map.Model == ProcessModel.Pipeline && step.After is [var before]
            ? $"$.steps.{before}.result"
            : "$.input";
    }

    private static string? PathOf(Template input)
    {
        using var json = JsonDocument.Parse(input.Json);
        return json.RootElement.ValueKind == JsonValueKind.String ? json.RootElement.GetString() : null;
    }

    private static Given? Produced(string path, Type inputType, Dictionary<string, BuiltStep> producers)
    {
        if (path == "$.input") return IsOpen(inputType) ? null : new Given(inputType, "the input of the process");
        const string before = "$.steps.";
        const string after = ".result";
        if (!path.StartsWith(before, StringComparison.Ordinal) || !path.EndsWith(after, StringComparison.Ordinal))
            return null;
        var name = path.Length > before.Length + after.Length ? path[before.Length..^after.Length] : "";
        if (!producers.TryGetValue(name, out var producer) || producer.Types is not { } types) return null;
        if (IsOpen(types.Output)) return null;
        return producer.Step.Each is null
            ? new Given(types.Output, $"the result of step '{name}'")
            : new Given(types.Output.MakeArrayType(), $"the results of step '{name}'");
    }

    // Between steps a value is JSON: these take any.
    private static bool IsOpen(Type type) =>
        type == typeof(object) || type == typeof(JsonElement) || type == typeof(JsonDocument) ||
        type == typeof(Payload) || typeof(JsonNode).IsAssignableFrom(type);

    private static bool Fits(Type given, Type taken)
    {
        if (taken.IsAssignableFrom(given) || Nullable.GetUnderlyingType(taken) == given) return true;
        return ItemOf(given) is { } givenItem && ItemOf(taken) is { } takenItem &&
            (IsOpen(takenItem) || Fits(givenItem, takenItem));
    }

    private static Type? ItemOf(Type type)
    {
        if (type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type)) return null;
        return type.GetInterfaces().Append(type)
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(i => i.GenericTypeArguments[0])
            .FirstOrDefault();
    }
}
