using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>
/// A JSON value whose members are made on demand, so that <c>$.steps.charge.result.id</c> is answered without building
/// the whole document. A view doesn't change while it is read.
/// </summary>
public abstract class JsonView
{
    /// <summary>One member of the object that this value is.</summary>
    /// <param name="name">Its name; case matters.</param>
    /// <param name="node">The member.</param>
    /// <returns>Whether there is one; false too if the value is no object.</returns>
    public abstract bool TryGetMember(string name, out JsonViewNode node);

    /// <summary>The whole value. It holds exactly the members that <see cref="TryGetMember"/> finds.</summary>
    public abstract JsonElement ToElement();
}

/// <summary>A value inside a view: an element, or a view again.</summary>
public readonly struct JsonViewNode
{
    private readonly JsonElement _element;
    private readonly JsonView? _view;

    private JsonViewNode(JsonElement element, JsonView? view)
    {
        _element = element;
        _view = view;
    }

    /// <summary>The view; null if it is an element.</summary>
    public JsonView? View => _view;

    /// <summary>A value that exists in full.</summary>
    public static JsonViewNode FromElement(JsonElement element) => new(element, null);

    /// <summary>A value whose members are made on demand.</summary>
    public static JsonViewNode FromView(JsonView view) => new(default, view);

    /// <summary>The whole value.</summary>
    public JsonElement ToElement() => _view is null ? _element : _view.ToElement();

    internal bool TryGetMember(string name, ReadOnlySpan<byte> utf8Name, out JsonViewNode member)
    {
        if (_view is not null) return _view.TryGetMember(name, out member);
        if (_element.ValueKind == JsonValueKind.Object && _element.TryGetProperty(utf8Name, out var value))
        {
            member = new JsonViewNode(value, null);
            return true;
        }

        member = default;
        return false;
    }
}

/// <summary>A view of a value that exists in full.</summary>
/// <param name="element">The value. It has to outlive the view.</param>
public sealed class ElementView(JsonElement element) : JsonView
{
    /// <inheritdoc/>
    public override bool TryGetMember(string name, out JsonViewNode node)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value))
        {
            node = JsonViewNode.FromElement(value);
            return true;
        }

        node = default;
        return false;
    }

    /// <inheritdoc/>
    public override JsonElement ToElement() => element;
}
