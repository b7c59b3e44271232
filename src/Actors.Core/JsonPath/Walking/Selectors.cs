using System.Text;
using System.Text.Json;
using Actors.Core.JsonPath.Filters;

namespace Actors.Core.JsonPath.Walking;

/// <summary>A member by name.</summary>
internal sealed class NameSelector(string name) : Selector
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(name);

    public string Name => name;

    public ReadOnlySpan<byte> Utf8 => _utf8;

    public override bool Select(JsonElement node, Location? location, Walk walk, int next) =>
        node.ValueKind != JsonValueKind.Object || !node.TryGetProperty(_utf8, out var member) ||
        walk.From(member, location?.Member(name), next);
}

/// <summary>An item by position; a negative one counts from the end.</summary>
internal sealed class IndexSelector(long index) : Selector
{
    public bool TryGet(JsonElement node, out JsonElement item) => TryGet(node, out item, out _);

    public override bool Select(JsonElement node, Location? location, Walk walk, int next) =>
        !TryGet(node, out var item, out var at) || walk.From(item, location?.Item(at), next);

    private bool TryGet(JsonElement node, out JsonElement item, out int at)
    {
        item = default;
        at = 0;
        if (node.ValueKind != JsonValueKind.Array) return false;
        var length = node.GetArrayLength();
        var position = index < 0 ? index + length : index;
        if (position < 0 || position >= length) return false;
        at = (int)position;
        item = node[at];
        return true;
    }
}

/// <summary>All children.</summary>
internal sealed class WildcardSelector : Selector
{
    public override bool Select(JsonElement node, Location? location, Walk walk, int next)
    {
        if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in node.EnumerateObject())
            {
                if (!walk.From(member.Value, location?.Member(member.Name), next)) return false;
            }
        }
        else if (node.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in node.EnumerateArray())
            {
                if (!walk.From(item, location?.Item(index++), next)) return false;
            }
        }

        return true;
    }
}

/// <summary>All children for which an expression holds.</summary>
internal sealed class FilterSelector(LogicalExpression expression) : Selector
{
    public override bool Select(JsonElement node, Location? location, Walk walk, int next)
    {
        if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in node.EnumerateObject())
            {
                walk.Evaluation.Visit();
                if (!expression.Holds(member.Value, walk.Evaluation)) continue;
                if (!walk.From(member.Value, location?.Member(member.Name), next)) return false;
            }
        }
        else if (node.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in node.EnumerateArray())
            {
                var at = index++;
                walk.Evaluation.Visit();
                if (expression.Holds(item, walk.Evaluation) && !walk.From(item, location?.Item(at), next)) return false;
            }
        }

        return true;
    }
}
