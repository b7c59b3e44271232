namespace Actors.Core.Definitions.Types;

/// <summary>Kinds of JSON values. A number without a fraction is of both number kinds' common part.</summary>
[Flags]
internal enum JsonKinds
{
    None = 0,
    Null = 1,
    Truth = 2,
    Integer = 4,
    Fraction = 8,
    Text = 16,
    List = 32,
    Record = 64,
    Any = 127,
}

/// <summary>
/// What is known of a JSON value before there is one. It says what is certain and leaves open what is not, so that what
/// does not fit a shape does not fit whatever the value will be. May refer to itself.
/// </summary>
internal sealed class Shape
{
    /// <summary>Nothing is known. Never changed.</summary>
    public static Shape Any { get; } = new();

    public JsonKinds Kinds { get; set; } = JsonKinds.Any;

    /// <summary>The kinds, without null: almost everything may be missing, and is then null.</summary>
    public JsonKinds Real => Kinds & ~JsonKinds.Null;

    /// <summary>Of a record: the members that are known.</summary>
    public Dictionary<string, Shape> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Of a record: the members that are always there.</summary>
    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    /// <summary>Of a record: whether it has no other members than those known.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Of a record: its other members.</summary>
    public Shape Others
    {
        get => field ?? Any;
        set;
    }

    /// <summary>Of a list.</summary>
    public Shape Items
    {
        get => field ?? Any;
        set;
    }

    public static Shape Of(JsonKinds kinds) => new() { Kinds = kinds };

    public static Shape ListOf(Shape items) => new() { Kinds = JsonKinds.List, Items = items };

    /// <summary>A member; null: there is none, and never will be.</summary>
    public Shape? Member(string name)
    {
        if ((Kinds & JsonKinds.Record) == JsonKinds.None) return null;
        if (Real != JsonKinds.Record) return Any;
        return Members.TryGetValue(name, out var member) ? member : IsClosed ? null : Others;
    }

    /// <summary>An item; null: it is no list.</summary>
    public Shape? Item() => (Kinds & JsonKinds.List) == JsonKinds.None ? null : Real == JsonKinds.List ? Items : Any;

    /// <summary>One of several shapes.</summary>
    public static Shape Union(IReadOnlyList<Shape> shapes)
    {
        if (shapes is [var only]) return only;
        return Of(shapes.Aggregate(JsonKinds.None, (kinds, shape) => kinds | shape.Kinds));
    }

    /// <summary>For messages: <c>a text</c>, <c>a list or a mapping</c>.</summary>
    public static string Show(JsonKinds kinds)
    {
        var words = new List<string>(5);
        if ((kinds & JsonKinds.Text) != JsonKinds.None) words.Add("a text");
        if ((kinds & JsonKinds.Fraction) != JsonKinds.None) words.Add("a number");
        else if ((kinds & JsonKinds.Integer) != JsonKinds.None) words.Add("a whole number");
        if ((kinds & JsonKinds.Truth) != JsonKinds.None) words.Add("true or false");
        if ((kinds & JsonKinds.List) != JsonKinds.None) words.Add("a list");
        if ((kinds & JsonKinds.Record) != JsonKinds.None) words.Add("a mapping");
        return words.Count == 0 ? "null" : string.Join(" or ", words);
    }
}
