using System.Globalization;
using System.Text;

namespace Actors.Core.JsonPath.Walking;

/// <summary>Where a node stands: the way back to the root.</summary>
internal sealed class Location
{
    private readonly Location? _parent;
    private readonly string? _name;
    private readonly int _index;

    private Location(Location? parent, string? name, int index)
    {
        _parent = parent;
        _name = name;
        _index = index;
    }

    public static Location Root { get; } = new(null, null, 0);

    public Location Member(string name) => new(this, name, 0);

    public Location Item(int index) => new(this, null, index);

    /// <summary>The normalised path (RFC 9535, section 2.7).</summary>
    public override string ToString()
    {
        var way = new Stack<Location>();
        for (var at = this; at._parent is not null; at = at._parent) way.Push(at);
        var text = new StringBuilder("$");
        foreach (var step in way)
        {
            if (step._name is null) text.Append(CultureInfo.InvariantCulture, $"[{step._index}]");
            else Quote(text, step._name);
        }

        return text.ToString();
    }

    private static void Quote(StringBuilder text, string name)
    {
        text.Append("['");
        foreach (var c in name)
        {
            _ = c switch
            {
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                '\'' => text.Append("\\'"),
                '\\' => text.Append("\\\\"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append("']");
    }
}
