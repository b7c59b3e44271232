using System.Text.Json;

namespace Actors.Core.JsonPath.Walking;

/// <summary>Items from a start to before an end, in steps (RFC 9535, section 2.3.4).</summary>
internal sealed class SliceSelector(long? start, long? end, long step) : Selector
{
    public override bool Select(JsonElement node, Location? location, Walk walk, int next)
    {
        if (node.ValueKind != JsonValueKind.Array || step == 0) return true;
        var length = node.GetArrayLength();
        return step > 0
            ? Forwards(node, length, location, walk, next)
            : Backwards(node, length, location, walk, next);
    }

    private bool Forwards(JsonElement node, int length, Location? location, Walk walk, int next)
    {
        var wanted = Math.Clamp(FromStart(start ?? 0, length), 0, length);
        var upper = Math.Clamp(FromStart(end ?? length, length), 0, length);
        var index = 0;
        foreach (var item in node.EnumerateArray())
        {
            if (wanted >= upper) break;
            if (index == wanted)
            {
                if (!walk.From(item, location?.Item(index), next)) return false;
                wanted += step;
            }

            index++;
        }

        return true;
    }

    private bool Backwards(JsonElement node, int length, Location? location, Walk walk, int next)
    {
        var upper = Math.Clamp(FromStart(start ?? length - 1, length), -1, length - 1);
        var lower = Math.Clamp(end is null ? -1 : FromStart(end.Value, length), -1, length - 1);
        if (upper <= lower) return true;

        // An index into an array of objects walks to it: one pass forwards beats a walk per item.
        var items = new List<JsonElement>(length);
        foreach (var item in node.EnumerateArray()) items.Add(item);
        for (var at = upper; at > lower; at += step)
        {
            if (!walk.From(items[(int)at], location?.Item((int)at), next)) return false;
        }

        return true;
    }

    private static long FromStart(long position, int length) => position < 0 ? position + length : position;
}
