using System.Text.Json;
using Actors.Core.JsonPath;
using Actors.Definitions;

namespace Actors.Core.Definitions.Types;

/// <summary>What a definition, and the handlers it names, say of the values between its steps.</summary>
internal sealed class StepShapes
{
    private readonly StepMap _map;
    private readonly HandlerTypeLookup? _handlers;
    private readonly Dictionary<string, int> _index;
    private readonly Dictionary<string, Shape> _results = new(StringComparer.Ordinal);
    private readonly ClrShapes _types = new();

    public StepShapes(StepMap map, Dictionary<string, int> index, HandlerTypeLookup? handlers)
    {
        (_map, _index, _handlers) = (map, index, handlers);
        Input = map.InputSchema is { } schema ? SchemaShapes.Read(schema) : Shape.Any;
    }

    /// <summary>Input of the process.</summary>
    public Shape Input { get; }

    /// <summary>Whether nothing is known of any value.</summary>
    public bool IsEmpty => _map.InputSchema is null && _handlers is null &&
        _map.Steps.All(s => s is { In: null, Out: null, Action: not StepAction.Http { Response: not null } });

    /// <summary>What a step's action, or its undo, takes and gives; null: it is no handler, or not known.</summary>
    public (Shape Takes, Shape Gives, HandlerTypes Types)? HandlerOf(StepAction? action) =>
        action is StepAction.Handler handler && _handlers?.Invoke(handler.Name) is { } types
            ? (_types.Of(types.Input, isWritten: false), _types.Of(types.Output, isWritten: true), types)
            : null;

    /// <summary>Result of one run of a step.</summary>
    public Shape OneResultOf(Step step)
    {
        if (_results.TryGetValue(step.Name, out var known)) return known;
        // What looks for its own result in what it is made of finds anything; that it is a mistake, another rule says.
        _results[step.Name] = Shape.Any;
        var result = step.Out is { } schema ? SchemaShapes.Read(schema)
            : HandlerOf(step.Action)?.Gives ?? ResponseOf(step) ?? Shape.Any;
        return _results[step.Name] = result;
    }

    /// <summary>What a step makes of the response to its request; null: it takes it as it is.</summary>
    public Shape? ResponseOf(Step step)
    {
        if (step.Action is not StepAction.Http { Response: { } response }) return null;
        using var json = JsonDocument.Parse(response.Json, new JsonDocumentOptions { MaxDepth = 1000 });
        return ShapeOf(json.RootElement, step);
    }

    /// <summary>What a step is given where it says nothing.</summary>
    public (Shape Shape, string From) ImpliedInputOf(Step step)
    {
        if (step.Each is not null) return (ItemOf(step), "an item of 'each'");
        if (_map.Model != ProcessModel.Pipeline || step.After is not [var before])
            return (Input, "the input of the process");
        // A stage that is skipped hands on what it was given.
        return _index.TryGetValue(before, out var i) && _map.Steps[i].When is null
            ? (ResultOf(_map.Steps[i]), $"the result of step '{before}'")
            : (Shape.Any, "");
    }

    public Shape ItemOf(Step step)
    {
        // A collection that is to be found in its own items is never found; that it is a mistake, another rule says.
        if (step.Each is not { } each || LooksAtItem(each.Path)) return Shape.Any;
        return ShapeOf(each.Path, step)?.Item() ?? Shape.Any;
    }

    /// <summary>What a template makes.</summary>
    public Shape ShapeOf(JsonElement template, Step step)
    {
        switch (template.ValueKind)
        {
            case JsonValueKind.Object:
                var record = new Shape { Kinds = JsonKinds.Record, IsClosed = true };
                foreach (var member in template.EnumerateObject())
                {
                    record.Members[member.Name] = ShapeOf(member.Value, step);
                    record.Required.Add(member.Name);
                }

                return record;
            case JsonValueKind.Array:
                var items = template.EnumerateArray().Select(item => ShapeOf(item, step)).ToList();
                return Shape.ListOf(items.Count == 0 ? Shape.Any : Shape.Union(items));
            case JsonValueKind.String:
                var text = template.GetString()!;
                return IsPath(text) ? ShapeOf(text, step) ?? Shape.Any : Shape.Of(JsonKinds.Text);
            default:
                return Shape.Of(SchemaShapes.KindOf(template));
        }
    }

    /// <summary>What a path selects; null: it selects nothing that could be there.</summary>
    public Shape? ShapeOf(string path, Step step)
    {
        if (!JsonPathQuery.TryParse(path, out var query, out _)) return Shape.Any;
        if (query.SingularNames is not { } names) return Shape.ListOf(Shape.Any);
        return Walk(names, step, out _);
    }

    /// <summary>Follows names (null: an index) from the root.</summary>
    /// <param name="names">The names.</param>
    /// <param name="step">Who looks.</param>
    /// <param name="missing">Where nothing can be: position of the name, and the shape it was asked of.</param>
    public Shape? Walk(IReadOnlyList<string?> names, Step step, out (int At, Shape Of) missing)
    {
        missing = default;
        var (at, shape) = Root(names, step);
        for (; at < names.Count; at++)
        {
            var next = names[at] is { } name ? shape.Member(name) : shape.Item();
            if (next is null)
            {
                missing = (at, shape);
                return null;
            }

            shape = next;
        }

        return shape;
    }

    private (int At, Shape Shape) Root(IReadOnlyList<string?> names, Step step) => names switch
    {
        ["input", ..] => (1, Input),
        ["item", ..] => (1, ItemOf(step)),
        ["steps", { } name, "result", ..] when _index.TryGetValue(name, out var i) => (3, ResultOf(_map.Steps[i])),
        ["steps", _, "status"] or ["context", "invocation" or "process" or "tenant" or "correlation" or "startedAt"] =>
            (names.Count, Shape.Of(JsonKinds.Text)),
        ["steps", _, "attempts"] or ["context", "run"] or ["response", "status"] =>
            (names.Count, Shape.Of(JsonKinds.Integer)),
        ["response", "headers", _] => (names.Count, Shape.Of(JsonKinds.Text)),
        _ => (names.Count, Shape.Any),
    };

    private static bool LooksAtItem(string path) =>
        JsonPathQuery.TryParse(path, out var query, out _) && query.SingularNames is ["item", ..];

    private Shape ResultOf(Step step) => step.Each is null ? OneResultOf(step) : Shape.ListOf(OneResultOf(step));

    // As the template's own reader has it: '$$' stands for a literal, '{$...}' makes text.
    private static bool IsPath(string text) => text is "$" or ['$', '.' or '[', ..];
}
