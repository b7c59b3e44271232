using System.Text.Json;

namespace Actors.Core.JsonPath.Walking;

/// <summary>One segment of a query: its selectors, applied to a node, or to it and all of its descendants.</summary>
internal sealed class Segment(bool isDescendant, Selector[] selectors)
{
    public bool IsDescendant { get; } = isDescendant;

    public Selector[] Selectors { get; } = selectors;

    /// <summary>Its only selector, if that is a name of a child.</summary>
    public NameSelector? Name { get; } = !isDescendant && selectors is [NameSelector name] ? name : null;

    /// <summary>Its only selector, if that is an index of a child.</summary>
    public IndexSelector? Index { get; } = !isDescendant && selectors is [IndexSelector index] ? index : null;

    public bool IsSingular => Name is not null || Index is not null;
}

/// <summary>Selects children of a node, and sends the walk on from each.</summary>
internal abstract class Selector
{
    /// <returns>Whether the walk goes on.</returns>
    public abstract bool Select(JsonElement node, Location? location, Walk walk, int next);
}
