using System.Collections.Immutable;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>
/// Rules of paths: they parse, they begin at a root that is there, and they look only at steps that must have ended
/// before: what another step has done by then would be a race.
/// </summary>
internal static class ReferenceRules
{
    private static readonly ImmutableArray<string> Roots = ["input", "steps", "context"];
    private static readonly ImmutableArray<string> RootsOfItem = [.. Roots, "item"];
    private static readonly ImmutableArray<string> StepFields = ["status", "result", "failure", "attempts"];
    private static readonly ImmutableArray<string> StepFieldsOfMapped = [.. StepFields, "items"];
    private static readonly ImmutableArray<string> ContextFields =
        ["invocation", "process", "tenant", "correlation", "startedAt", "run"];
    private static readonly ImmutableArray<string> ResponseFields = ["status", "headers", "body"];

    private const string NoEach =
        "only a step with 'each' has an item, in its action, input and undo; add 'each', or use $.input";

    private readonly record struct Look(int Step, int Target, string Key, bool InUndo);

    public static void Check(MapCheck check)
    {
        var looks = new List<Look>();
        for (var i = 0; i < check.Map.Steps.Length && !check.Errors.IsFull; i++)
        {
            foreach (var expression in StepExpressions.Of(check.Map.Steps[i]))
                CheckExpression(check, i, expression, looks);
        }

        CheckOutput(check);
        foreach (var look in new Ancestry(check.Dependencies, check.Order).Unrelated(looks, l => (l.Step, l.Target)))
        {
            if (check.Errors.IsFull) return;
            var name = check.Map.Steps[look.Target].Name;
            check.Add("not-a-dependency", look.Step, look.InUndo ? ["undo", look.Key] : [look.Key],
                look.Step == look.Target
                    ? $"looks at its own state in '{look.Key}', which is not there before it has run; only its undo can"
                    : $"looks at '$.steps.{name}' in '{look.Key}', but does not depend on '{name}', which may run " +
                        $"before or after it; add '{name}' to its 'after'");
        }
    }

    private static void CheckExpression(MapCheck check, int i, StepExpression expression, List<Look> looks)
    {
        var step = check.Map.Steps[i];
        ReadOnlySpan<string> path = expression.InUndo ? ["undo", expression.Key] : [expression.Key];
        var depth = expression.Kind == ExpressionKind.Template
            ? Expressions.TemplateDepth(new Template(expression.Text))
            : 0;
        if (depth > Expressions.TemplateDepthMax)
        {
            check.Add("too-deep", i, path,
                $"nests its '{expression.Key}' {depth} levels deep; at most {Expressions.TemplateDepthMax}");
            return;
        }

        if (!Expressions.TryRead(expression.Kind, expression.Text, out var references, out var problem))
        {
            check.Add(
                RuleOf(expression.Kind), i, path, $"has a '{expression.Key}' that can't be read: {problem}",
                ExpressionGuess.Of(expression.Kind, expression.Text));
            return;
        }

        var noItem = NoItem(step, expression.Key);
        foreach (var reference in references)
        {
            if (expression.SeesResponse)
            {
                CheckResponse(check, i, path, reference);
                continue;
            }

            if (Problem(check, reference, noItem, out var rule, out var suggestion) is { } wrong)
            {
                if (rule == "item" && expression.Key == "each") suggestion = InInput(expression.Text);
                check.Add(rule, i, path, $"looks at '{Show(reference)}' in '{expression.Key}': {wrong}", suggestion);
            }
            else if (reference is ["steps"] or [])
            {
                check.Add("path-too-wide", i, path,
                    $"looks at '{Show(reference)}' in '{expression.Key}', which holds steps that may run before or " +
                    "after it; name the step: $.steps.NAME.result");
            }
            else if (reference is ["steps", var name, ..])
            {
                var target = check.Index[name];
                if (target != i || !expression.InUndo)
                    looks.Add(new Look(i, target, expression.Key, expression.InUndo));
            }
        }
    }

    private static void CheckResponse(
        MapCheck check, int i, ReadOnlySpan<string> path, ImmutableArray<string> reference)
    {
        const string Sees = "a response sees $.response.status, $.response.headers and $.response.body";
        var looks = $"looks at '{Show(reference)}' in 'response'";
        if (reference is not ["response", ..])
        {
            check.Add("unknown-root", i, path, $"{looks}; {Sees}");
        }
        else if (reference is [_, var field, ..] && !ResponseFields.Contains(field, StringComparer.Ordinal))
        {
            check.Add("unknown-field", i, path, $"{looks}; {Sees}", Suggest("$.response.", field, ResponseFields));
        }
        else if (reference is [_, "headers", var name, ..] && name.Any(char.IsAsciiLetterUpper))
        {
            check.Add("unknown-field", i, path,
                $"{looks}; there the names of headers are in lower case: '{name.ToLowerInvariant()}'");
        }
    }

    private static void CheckOutput(MapCheck check)
    {
        if (check.Map.Output is not { } output) return;
        if (!Expressions.TryRead(ExpressionKind.Template, output.Json, out var references, out var problem))
        {
            check.Add("template", ["output"], $"has an output that can't be read: {problem}");
            return;
        }

        foreach (var reference in references)
        {
            if (Problem(check, reference, NoEach, out var rule, out var suggestion) is { } wrong)
                check.Add(rule, ["output"], $"looks at '{Show(reference)}' in its output: {wrong}", suggestion);
        }
    }

    // Null: the text sees the item.
    private static string? NoItem(Step step, string key) => (step.Each, key) switch
    {
        (null, _) => NoEach,
        (_, "each") => "there is no item yet: 'each' says what the items are; name a collection, such as $.input.lines",
        (_, "when") => "there is no item yet: 'when' is asked once, before all items; choose items in 'each', " +
            "such as $.input.lines[?@.total > 5]",
        _ => null,
    };

    private static string? InInput(string path)
    {
        const string item = "$.item";
        return path.StartsWith(item, StringComparison.Ordinal) ? "$.input" + path[item.Length..] : null;
    }

    private static string RuleOf(ExpressionKind kind) => kind switch
    {
        ExpressionKind.Path => "path",
        ExpressionKind.Condition => "condition",
        _ => "template",
    };

    private static string Show(ImmutableArray<string> reference) =>
        reference.IsEmpty ? "$" : "$." + string.Join('.', reference);

    private static string? Problem(
        MapCheck check, ImmutableArray<string> reference, string? noItem, out string rule, out string? suggestion)
    {
        rule = "unknown-root";
        suggestion = null;
        switch (reference)
        {
            case [] or ["input", ..] or ["steps"] or ["context"]:
                return null;
            case ["item", ..]:
                rule = "item";
                return noItem;
            case ["event", ..]:
                return "reactions to events are not in this version; wait for a signal, or use $.input";
            case ["response", ..]:
                return "only the key 'response' of an http step sees the response";
            case ["context", var field, ..]:
                rule = "unknown-field";
                if (ContextFields.Contains(field, StringComparer.Ordinal)) return null;
                suggestion = Suggest("$.context.", field, ContextFields);
                return $"the context holds {string.Join(", ", ContextFields)}";
            case ["steps", var name, .. var rest]:
                return StepProblem(check, name, rest, out rule, out suggestion);
            default:
                suggestion = Suggest("$.", reference[0], noItem is null ? RootsOfItem : Roots);
                return $"a path begins with $.input, $.steps, $.context{(noItem is null ? ", $.item" : "")}";
        }
    }

    private static string? StepProblem(
        MapCheck check, string name, ImmutableArray<string> rest, out string rule, out string? suggestion)
    {
        suggestion = null;
        rule = "unknown-step";
        if (!check.Index.TryGetValue(name, out var target))
        {
            suggestion = check.NearestStep(name) is { } near ? $"$.steps.{near}" : null;
            return $"there is no step '{name}'";
        }

        rule = "unknown-field";
        var fields = check.Map.Steps[target].Each is null ? StepFields : StepFieldsOfMapped;
        if (rest.IsEmpty || fields.Contains(rest[0], StringComparer.Ordinal)) return null;
        suggestion = Suggest($"$.steps.{name}.", rest[0], fields);
        return $"the state of a step holds {string.Join(", ", fields)}";
    }

    private static string? Suggest(string before, string text, ImmutableArray<string> known) =>
        Spelling.Nearest(text, known) is { } near ? before + near : null;
}
