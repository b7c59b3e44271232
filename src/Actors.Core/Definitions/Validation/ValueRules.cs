using System.Text.Json;
using Actors.Core.Definitions.Types;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>
/// Rules of the values between steps, as far as schemas and handlers' types say what they are: what is given can be
/// what is taken, and a path does not ask for a member that is never there.
/// </summary>
internal static class ValueRules
{
    private const string WayOut = "write an 'input' that fits, or change one of the two";

    public static void Check(MapCheck check, HandlerTypeLookup? handlers)
    {
        var shapes = new StepShapes(check.Map, check.Index, handlers);
        if (shapes.IsEmpty) return;
        for (var i = 0; i < check.Map.Steps.Length && !check.Errors.IsFull; i++)
        {
            CheckMembers(check, i, shapes);
            CheckEach(check, i, shapes);
            CheckGiven(check, i, shapes);
            CheckUndo(check, i, shapes);
            CheckOut(check, i, shapes);
            CheckDelay(check, i, shapes);
        }
    }

    private static void CheckDelay(MapCheck check, int i, StepShapes shapes)
    {
        var step = check.Map.Steps[i];
        if (step.Action is not StepAction.Delay { Duration: ['$', ..] path }) return;
        if (shapes.ShapeOf(path, step) is not { } at ||
            (at.Kinds & JsonKinds.Text) != JsonKinds.None) return;
        check.Add("type-mismatch", i, ["delay"],
            $"delays by '{path}', which is {Shape.Show(at.Real)}; a duration is a text such as 30s or 1h30m");
    }

    private static void CheckGiven(MapCheck check, int i, StepShapes shapes)
    {
        var step = check.Map.Steps[i];
        var handler = shapes.HandlerOf(step.Action);
        if (handler is null && step.In is null) return;
        var (given, from, key) = step.Action switch
        {
            StepAction.Http { Body: { } body } => Given(step, shapes, "body", body),
            StepAction.Emit { Data: { } data } => Given(step, shapes, "data", data),
            _ => Given(step, shapes, "input", step.Input),
        };
        if (step.In is { } schema && ShapeFit.Between(given, SchemaShapes.Read(schema)) is { } misfit)
            Add(misfit, "its 'in'", key ?? "in");
        if (handler is { } called && ShapeFit.Between(given, called.Takes) is { } other)
            Add(other, $"what its handler takes ({TypeNames.Show(called.Types.Input)})", key ?? "handler");

        void Add(Misfit what, string taken, string at) => check.Add("type-mismatch", i, [at, .. what.Path],
            $"is given {from}, which does not fit {taken}: {what}; {WayOut}");
    }

    // Whatever its step does with it, an undo is given the step's input.
    private static void CheckUndo(MapCheck check, int i, StepShapes shapes)
    {
        var step = check.Map.Steps[i];
        if (shapes.HandlerOf(step.Undo) is not { } handler) return;
        var (given, from, _) = Given(step, shapes, "input", step.Input);
        if (ShapeFit.Between(given, handler.Takes) is not { } misfit) return;
        check.Add("type-mismatch", i, ["undo", "handler"],
            $"gives its undo {from}, which does not fit what the undo's handler takes " +
            $"({TypeNames.Show(handler.Types.Input)}): {misfit}; an undo is given what its step is given: {WayOut}");
    }

    private static (Shape Shape, string From, string? Key) Given(
        Step step, StepShapes shapes, string key, Template? template)
    {
        if (template is null)
        {
            var (implied, source) = shapes.ImpliedInputOf(step);
            return (implied, source, null);
        }

        // Not readable, or too deep: other rules say so.
        if (!Expressions.TryRead(ExpressionKind.Template, template.Value.Json, out _, out _))
            return (Shape.Any, "", key);
        using var json = JsonDocument.Parse(template.Value.Json);
        var root = json.RootElement;
        var from = root.ValueKind == JsonValueKind.String ? $"'{root.GetString()}'" : $"its '{key}'";
        return (shapes.ShapeOf(root, step), from, key);
    }

    private static void CheckOut(MapCheck check, int i, StepShapes shapes)
    {
        var step = check.Map.Steps[i];
        if (step.Out is not { } schema) return;
        if (shapes.HandlerOf(step.Action) is { } handler)
            Check(handler.Gives, $"what its handler gives ({TypeNames.Show(handler.Types.Output)})");
        else if (shapes.ResponseOf(step) is { } response) Check(response, "its 'response'");

        void Check(Shape given, string what)
        {
            if (ShapeFit.Between(given, SchemaShapes.Read(schema)) is not { } misfit) return;
            check.Add("type-mismatch", i, ["out"],
                $"declares an 'out' that {what} does not fit: {misfit}; change one of the two");
        }
    }

    private static void CheckEach(MapCheck check, int i, StepShapes shapes)
    {
        var step = check.Map.Steps[i];
        if (step.Each is not { } each || shapes.ShapeOf(each.Path, step) is not { } all) return;
        if (all.Item() is not null) return;
        check.Add("type-mismatch", i, ["each"],
            $"runs for each of '{each.Path}', which is {Shape.Show(all.Real)}; 'each' takes a path to a list");
    }

    private static void CheckMembers(MapCheck check, int i, StepShapes shapes)
    {
        var step = check.Map.Steps[i];
        foreach (var expression in StepExpressions.Of(step))
        {
            if (expression.SeesResponse) continue;
            if (!Expressions.TryRead(expression.Kind, expression.Text, out var references, out _)) continue;
            foreach (var reference in references)
            {
                if (shapes.Walk([.. reference], step, out var missing) is not null) continue;
                var path = string.Join('.', reference.Take(missing.At));
                var near = Spelling.Nearest(reference[missing.At], missing.Of.Members.Keys);
                check.Add("unknown-field", i, expression.InUndo ? ["undo", expression.Key] : [expression.Key],
                    $"looks at '$.{string.Join('.', reference)}' in '{expression.Key}', but '$.{path}' " +
                    Holds(missing.Of),
                    near is null ? null : $"$.{path}.{near}");
            }
        }
    }

    private static string Holds(Shape shape) => shape.Real != JsonKinds.Record
        ? $"is {Shape.Show(shape.Real)}"
        : shape.Members.Count == 0 ? "has no members" : $"holds only {string.Join(", ", shape.Members.Keys.Take(20))}";
}
