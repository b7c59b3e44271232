using System.Collections;
using System.Text.Json;
using Actors.Core.Definitions.Reading;
using Actors.Core.Definitions.Types;
using Actors.Core.Text;

namespace Actors.Definitions;

/// <summary>
/// Checks, where types are known, that a handler, of a step or of its undo, is given what it takes: a step whose input
/// is all of another step's result, or of the process's input, or an item of these. Types are compared by their JSON,
/// as where the process is hosted, so that only what can't fit whatever the values are is an error.
/// </summary>
internal sealed class TypeRules
{
    private readonly record struct Given(Type Type, Shape Shape, string From);

    private readonly ClrShapes _shapes = new();
    private readonly Dictionary<string, BuiltStep> _producers = new(StringComparer.Ordinal);
    private readonly StepMap _map;
    private readonly Type _inputType;

    private TypeRules(StepMap map, IReadOnlyList<BuiltStep> built, Type inputType)
    {
        (_map, _inputType) = (map, inputType);
        foreach (var step in built) _producers.TryAdd(step.Step.Name, step);
    }

    public static void Check(StepMap map, IReadOnlyList<BuiltStep> built, Type inputType, FileErrors errors)
    {
        var rules = new TypeRules(map, built, inputType);
        for (var i = 0; i < built.Count; i++)
        {
            if (built[i] is { Types: null, UndoTypes: null }) continue;
            if (rules.GivenTo(map.Steps[i], built[i]) is not { } given) continue;
            var name = map.Steps[i].Name;
            Add(rules.Problem(given, built[i].Types), $"step '{name}'", "map it");
            Add(rules.Problem(given, built[i].UndoTypes), $"the undo of step '{name}'",
                "an undo is given what its step is given: map that");
        }

        void Add(string? problem, string thing, string wayOut)
        {
            if (problem is null) return;
            errors.Add(
                "type-mismatch", 0, $"{thing} {problem}; {wayOut} with Input(...), or change one of the types");
        }
    }

    private string? Problem(Given given, HandlerTypes? handler)
    {
        if (handler is not { Input: var taken }) return null;
        return ShapeFit.Between(given.Shape, _shapes.Of(taken, isWritten: false)) is { } misfit
            ? $"takes {TypeNames.Show(taken)}, but is given {TypeNames.Show(given.Type)}, {given.From}: {misfit}"
            : null;
    }

    private Given? GivenTo(Step step, BuiltStep built)
    {
        if (built.InputType is { } typed) return Part(typed);
        var path = step.Input is { } input ? PathOf(input) : DefaultPath(step);
        if (path != "$.item") return path is null ? null : Produced(path);
        if (step.Each is not { } each) return null;
        return (Part(built.CollectionType) ?? Produced(each.Path)) is { } all &&
            ItemOf(all.Type) is { } item && all.Shape.Item() is { } shape
            ? new Given(item, shape, $"an item of {all.From}")
            : null;
    }

    private string? DefaultPath(Step step)
    {
        if (step.Each is not null) return "$.item";
        if (_map.Model != ProcessModel.Pipeline || step.After is not [var before]) return "$.input";
        // A stage that is skipped hands on what it was given.
        return _producers.TryGetValue(before, out var producer) && producer.Step.When is null
            ? $"$.steps.{before}.result"
            : null;
    }

    private static string? PathOf(Template input)
    {
        using var json = JsonDocument.Parse(input.Json);
        return json.RootElement.ValueKind == JsonValueKind.String ? json.RootElement.GetString() : null;
    }

    private Given? Produced(string path)
    {
        if (path == "$.input") return Written(_inputType, "the input of the process");
        const string before = "$.steps.";
        const string after = ".result";
        if (!path.StartsWith(before, StringComparison.Ordinal) || !path.EndsWith(after, StringComparison.Ordinal))
            return null;
        var name = path.Length > before.Length + after.Length ? path[before.Length..^after.Length] : "";
        if (!_producers.TryGetValue(name, out var producer) || producer.Types is not { } types) return null;
        var one = Written(types.Output, $"the result of step '{name}'");
        return producer.Step.Each is null
            ? one
            : new Given(types.Output.MakeArrayType(), Shape.ListOf(one.Shape), $"the results of step '{name}'");
    }

    private Given? Part(Type? type) => type is null ? null : Written(type, "a part of the process's input");

    private Given Written(Type type, string from) => new(type, _shapes.Of(type, isWritten: true), from);

    private static Type? ItemOf(Type type)
    {
        if (type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type)) return null;
        return type.GetInterfaces().Append(type)
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(i => i.GenericTypeArguments[0])
            .FirstOrDefault();
    }
}
