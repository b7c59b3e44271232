using System.Text.Json;

namespace Actors.Core.Schemas;

/// <summary>One schema: all of its assertions have to hold.</summary>
internal sealed class SchemaNode
{
    private readonly List<Assertion> _assertions = [];

    public void Add(Assertion assertion) => _assertions.Add(assertion);

    public void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
    {
        if (depth > JsonSchema.DepthMax)
        {
            check.Add(pointer, $"the schema refers to itself more than {JsonSchema.DepthMax} times here");
            return;
        }

        foreach (var assertion in _assertions)
        {
            if (check.IsFull) return;
            assertion.Check(value, pointer, check, depth + 1);
        }
    }

    public bool Fits(JsonElement value, int depth)
    {
        var check = new SchemaCheck();
        Check(value, "", check, depth);
        return check.IsClean;
    }
}

/// <summary>One keyword. It says nothing of values of another type than it is about.</summary>
internal abstract record Assertion
{
    public abstract void Check(JsonElement value, string pointer, SchemaCheck check, int depth);
}
