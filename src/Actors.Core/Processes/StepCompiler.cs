using System.Collections.Immutable;
using Actors.Core.Definitions;
using Actors.Core.JsonPath;
using Actors.Core.Schemas;
using Actors.Core.Templates;
using Actors.Definitions;

namespace Actors.Core.Processes;

/// <summary>Compiles the parts of a step. What does not compile was not validated, and is refused by name.</summary>
internal static class StepCompiler
{
    public static CompiledStep Compile(
        StepMap map, int position, Dictionary<string, int> positions,
        ImmutableArray<int> dependencies, ImmutableArray<int> dependents)
    {
        var step = map.Steps[position];
        return new CompiledStep
        {
            Position = position,
            Step = step,
            Dependencies = dependencies,
            Dependents = dependents,
            ResultsUsed = ResultsUsed(map, position, positions),
            When = step.When is null ? null : Condition(step.When, step.Name),
            Each = step.Each is null ? null : Query(step.Each.Path, step.Name),
            Input = step.Input is { } input ? Template(input, "input", step.Name) : null,
            Action = Action(step.Action, step.Name),
            Undo = step.Undo is null ? null : Action(step.Undo, step.Name),
            FailureIsTolerated = dependents.Length > 0 && dependents.All(d => map.Steps[d].Join is not JoinPolicy.All),
        };
    }

    public static CompiledTemplate Template(Template template, string what, string where) =>
        CompiledTemplate.TryCompile(template, out var errors)
        ?? throw Invalid(what, where, errors.IsDefaultOrEmpty ? template.Json : errors[0].ToString());

    public static JsonSchema Schema(string json, string where) =>
        JsonSchema.TryParse(json, out var schema, out _) ? schema : throw Invalid("input schema", where, json);

    private static CompiledAction Action(StepAction action, string where) => action switch
    {
        StepAction.Http http => Http(http, where),
        StepAction.Emit emit => new CompiledAction
        {
            Declared = emit,
            Body = emit.Data is { } data ? Template(data, "data", where) : null,
        },
        StepAction.Entity entity => new CompiledAction { Declared = entity, Id = Text(entity.Id, where) },
        StepAction.Child child => new CompiledAction
        {
            Declared = child,
            Id = child.Id is null ? null : Text(child.Id, where),
        },
        StepAction.Delay delay => new CompiledAction { Declared = delay, Id = Text(delay.Duration, where) },
        _ => new CompiledAction { Declared = action },
    };

    private static CompiledAction Http(StepAction.Http http, string where)
    {
        var isAbsolute = http.Url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ||
            http.Url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        var slash = isAbsolute ? -1 : http.Url.IndexOf('/', StringComparison.Ordinal);
        var service = isAbsolute ? null : slash < 0 ? http.Url : http.Url[..slash];
        return new CompiledAction
        {
            Declared = http,
            Service = service,
            Url = Text(isAbsolute ? http.Url : slash < 0 ? "" : http.Url[(slash + 1)..], where),
            Headers = [.. http.Headers.Select(h => KeyValuePair.Create(h.Key, Text(h.Value, where)))],
            Body = http.Body is { } body ? Template(body, "body", where) : null,
        };
    }

    private static ImmutableArray<int> ResultsUsed(StepMap map, int position, Dictionary<string, int> positions)
    {
        var used = StepReferences.ResultsUsed(map.Steps[position]).Select(name => positions[name]);
        // A stage without a mapping of its own asks for the result before it only where there is one: a skipped stage
        // is passed through.
        return [.. used.Where(p => p != position)];
    }

    private static CompiledText Text(string text, string where) =>
        CompiledText.TryCompile(text, out var errors)
            ?? throw Invalid("text", where, errors.IsDefaultOrEmpty ? text : errors[0].ToString());

    private static JsonPathCondition Condition(string text, string where) =>
        JsonPathCondition.TryParse(text, out var condition, out _)
            ? condition
            : throw Invalid("condition", where, text);

    public static JsonPathQuery Query(string text, string where) =>
        JsonPathQuery.TryParse(text, out var query, out _) ? query : throw Invalid("path", where, text);

    private static TerminalException Invalid(string what, string where, string text) =>
        new($"the {what} of '{where}' is not valid: {text}; validate the definition before it is run",
            "invalid-definition");
}
