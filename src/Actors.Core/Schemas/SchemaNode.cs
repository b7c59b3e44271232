using System.Text.Json;

namespace Actors.Core.Schemas;

/// <summary>One schema: all of its assertions have to hold.</summary>
internal sealed class SchemaNode
{
    private readonly List<Assertion> _assertions = [];

    /// <summary>The schemas that it applies to the same value.</summary>
    public IEnumerable<SchemaNode> SameValue => _assertions.SelectMany(assertion => assertion.SameValue);

    public void Add(Assertion assertion) => _assertions.Add(assertion);

    public void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
    {
        if (depth > JsonSchema.DepthMax)
        {
            check.Add(pointer, $"needs schemas applied inside each other more than {JsonSchema.DepthMax} times");
            return;
        }

        foreach (var assertion in _assertions)
        {
            if (!check.GoesOn()) return;
            assertion.Check(value, pointer, check, depth + 1);
        }
    }

    public bool Fits(JsonElement value, SchemaCheck check, int depth)
    {
        var inner = check.Inner();
        Check(value, "", inner, depth);
        return inner.IsClean;
    }
}

/// <summary>One keyword. It says nothing of values of another type than it is about.</summary>
internal abstract class Assertion
{
    /// <summary>The schemas that it applies to the same value.</summary>
    public virtual IEnumerable<SchemaNode> SameValue => [];

    public abstract void Check(JsonElement value, string pointer, SchemaCheck check, int depth);
}
