using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>
/// A JSON object whose members are produced on demand, so that a path such as <c>$.steps.charge.result.id</c> is
/// answered without building the whole document.
/// </summary>
public abstract class JsonView
{
    /// <summary>The member of a name.</summary>
    /// <returns>False if there is none.</returns>
    public abstract bool TryGetMember(string name, out JsonViewNode node);

    /// <summary>The whole object. Asked for by paths that do more than to follow names.</summary>
    public abstract JsonElement ToElement();
}

/// <summary>A value inside a view: an element, or again a view.</summary>
public readonly struct JsonViewNode
{
    private readonly JsonElement _element;

    private JsonViewNode(JsonElement element, JsonView? view) => (_element, View) = (element, view);

    /// <summary>The view, if it is one.</summary>
    public JsonView? View { get; }

    /// <summary>A value that exists.</summary>
    public static JsonViewNode FromElement(JsonElement element) => new(element, null);

    /// <summary>A value that is produced on demand.</summary>
    public static JsonViewNode FromView(JsonView view) => new(default, view);

    /// <summary>The value.</summary>
    public JsonElement ToElement() => View?.ToElement() ?? _element;
}

/// <summary>An existing value as a view.</summary>
/// <param name="element">The value.</param>
public sealed class ElementView(JsonElement element) : JsonView
{
    /// <inheritdoc/>
    public override bool TryGetMember(string name, out JsonViewNode node)
    {
        node = default;
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var member)) return false;
        node = JsonViewNode.FromElement(member);
        return true;
    }

    /// <inheritdoc/>
    public override JsonElement ToElement() => element;
}
