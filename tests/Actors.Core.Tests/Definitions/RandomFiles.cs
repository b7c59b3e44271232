using System.Text.Json.Nodes;

namespace Actors.Core.Tests.Definitions;

/// <summary>
/// Files from a seed that look like processes and are right nowhere in particular: each key of a step may be there,
/// each path may look at anything, itself included, schemas refer to each other as they like, and here and there stands
/// a value of quite another kind.
/// </summary>
internal sealed class RandomFiles(int seed)
{
    private const int StepsMax = 5;

    private readonly Random _random = new(seed);

    public string Next()
    {
        var steps = new JsonObject();
        for (var i = _random.Next(StepsMax + 1); i > 0; i--) steps[$"s{i}"] = Step();
        var file = new JsonObject
        {
            ["process"] = "p",
            ["model"] = Pick("graph", "graph", "graph", "pipeline"),
            ["input"] = Schema(3, isTop: true),
            ["services"] = new JsonObject { ["shop"] = new JsonObject { ["url"] = "http://127.0.0.1" } },
            ["steps"] = steps,
            ["output"] = Template(3),
        };
        if (Chance(3)) file["key"] = Path();
        for (var i = _random.Next(3); i > 0; i--) Spoil(file);
        return file.ToJsonString();
    }

    private JsonObject Step()
    {
        var step = Action();
        var after = new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => (JsonNode)Name())]);
        if (Chance(2)) step["after"] = after;
        if (Chance(2)) step["each"] = Chance(3) ? "$.item" : Path();
        if (Chance(3)) step["when"] = $"{Path()} == {Path()} || !({Path()})";
        if (Chance(2)) step["input"] = Template(3);
        if (Chance(2)) step["in"] = Schema(3, isTop: true);
        if (Chance(2)) step["out"] = Schema(3, isTop: true);
        if (Chance(4)) step["undo"] = Action();
        if (Chance(4)) step["detached"] = true;
        if (Chance(4)) step["limit"] = 2;
        if (Chance(4)) step["retry"] = Chance(2) ? "none" : new JsonObject { ["attempts"] = 2 };
        if (Chance(4)) step["timeout"] = new JsonObject { ["attempt"] = "1s", ["step"] = "2s" };
        return step;
    }

    private JsonObject Action() => _random.Next(8) switch
    {
        0 => new JsonObject { ["delay"] = Chance(2) ? "1s" : Path() },
        1 => new JsonObject { ["wait"] = "w" },
        2 => new JsonObject { ["child"] = new JsonObject { ["process"] = "p", ["id"] = Text() } },
        3 => new JsonObject { ["emit"] = "e", ["data"] = Template(3) },
        4 => new JsonObject { ["entity"] = new JsonObject { ["type"] = "t", ["operation"] = "o", ["id"] = Text() } },
        5 => new JsonObject { ["post"] = "shop/" + Text(), ["body"] = Template(3), ["response"] = Template(2) },
        6 => new JsonObject { ["simulate"] = "1ms" },
        _ => new JsonObject { ["handler"] = "h" },
    };

    private string Path()
    {
        var path = Pick(
            "$", "$.input", "$.item", "$['item']", "$.index", "$.context.run", "$.response.body",
            $"$.steps.{Name()}.result", $"$.steps.{Name()}.result", $"$.steps.{Name()}.items");
        for (var i = _random.Next(4); i > 0; i--)
            path += Pick(".a", ".b", ".lines", "[0]", "[*]", "..a", "['item']", "[?@.a == $.item.b]");
        return path;
    }

    private string Text() => Chance(3) ? Path() : $"x{{{Path()}}}{{{Path()}}}";

    private JsonNode? Template(int depth) => _random.Next(depth > 0 ? 6 : 4) switch
    {
        0 or 1 => Path(),
        2 => Text(),
        3 => Wrong(),
        4 => new JsonArray([Template(depth - 1), Template(depth - 1)]),
        _ => new JsonObject { ["a"] = Template(depth - 1), ["lines"] = Template(depth - 1) },
    };

    private JsonObject Schema(int depth, bool isTop)
    {
        var schema = _random.Next(depth > 0 ? 6 : 2) switch
        {
            0 => new JsonObject { ["$ref"] = Pick("#/$defs/a", "#/$defs/b", "#", "#/properties/a", "") },
            1 => new JsonObject { ["type"] = Pick("string", "integer", "array", "object") },
            2 => new JsonObject { ["type"] = "array", ["items"] = Schema(depth - 1, isTop: false) },
            3 => new JsonObject
            {
                [Pick("anyOf", "allOf", "oneOf")] =
                    new JsonArray(Schema(depth - 1, isTop: false), Schema(depth - 1, isTop: false)),
            },
            _ => new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("a"),
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject
                {
                    ["a"] = Schema(depth - 1, isTop: false),
                    ["lines"] = Schema(depth - 1, isTop: false),
                },
            },
        };
        if (isTop)
        {
            schema["$defs"] = new JsonObject
            {
                ["a"] = Schema(2, isTop: false),
                ["b"] = Schema(2, isTop: false),
            };
        }

        return schema;
    }

    /// <summary>Puts a value of another kind somewhere, or what stands there under the key of something else.</summary>
    private void Spoil(JsonObject file)
    {
        JsonNode at = file;
        for (var depth = _random.Next(1, 8); depth > 0; depth--)
        {
            if (at is JsonObject { Count: > 0 } mapping) at = mapping[_random.Next(mapping.Count)] ?? at;
            else if (at is JsonArray { Count: > 0 } list) at = list[_random.Next(list.Count)] ?? at;
        }

        if (at.Parent is JsonArray owner) owner[at.GetElementIndex()] = Wrong();
        else if (at.Parent is JsonObject around) around[Chance(2) ? at.GetPropertyName() : Key()] = Wrong();
    }

    private string Key() => Pick("each", "when", "after", "required", "properties", "items", "type", "enum", "limit");

    private JsonNode? Wrong() => _random.Next(7) switch
    {
        0 => null,
        1 => -1.5,
        2 => true,
        3 => "",
        4 => new JsonArray(1, null, "a"),
        5 => new JsonObject(),
        _ => "$.item",
    };

    private string Name() => $"s{_random.Next(1, StepsMax + 1)}";

    private string Pick(params string[] of) => of[_random.Next(of.Length)];

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;
}
