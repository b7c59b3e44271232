using System.Text.Json;

namespace Actors.Core.JsonPath.Walking;

/// <summary>Takes the nodes that a walk arrives at, and says when it has enough of them.</summary>
internal sealed class Collector
{
    private readonly int _enough;

    private Collector(int enough) => _enough = enough;

    public int Count { get; private set; }

    public JsonElement FirstNode { get; private set; }

    public List<JsonElement>? Elements { get; private init; }

    public List<Location>? Locations { get; private init; }

    /// <summary>Keeps every node.</summary>
    public static Collector All() => new(int.MaxValue) { Elements = [] };

    /// <summary>Keeps every node and its place.</summary>
    public static Collector Located() => new(int.MaxValue) { Elements = [], Locations = [] };

    /// <summary>Counts the nodes.</summary>
    public static Collector Counting() => new(int.MaxValue);

    /// <summary>Keeps one node, and sees whether there is another.</summary>
    public static Collector Single() => new(2);

    /// <summary>Keeps one node and wants no more.</summary>
    public static Collector First() => new(1);

    /// <returns>Whether more are wanted.</returns>
    public bool Add(JsonElement element, Location? location)
    {
        if (++Count > JsonPathLimits.NodesMax)
            throw new JsonPathException($"a path selects more than {JsonPathLimits.NodesMax} nodes; make it narrower");
        if (Count == 1) FirstNode = element;
        Elements?.Add(element);
        Locations?.Add(location!);
        return Count < _enough;
    }
}
