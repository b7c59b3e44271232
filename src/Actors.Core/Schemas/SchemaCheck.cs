using System.Collections.Immutable;

namespace Actors.Core.Schemas;

/// <summary>Collects violations, up to the bound, and counts the checks that may still be made.</summary>
internal sealed class SchemaCheck
{
    private readonly ImmutableArray<SchemaViolation>.Builder _found = ImmutableArray.CreateBuilder<SchemaViolation>();
    private readonly SchemaCheck _outermost;
    private int _checksLeft = JsonSchema.ChecksMax;

    public SchemaCheck() => _outermost = this;

    private SchemaCheck(SchemaCheck outermost) => _outermost = outermost;

    public bool IsClean => _found.Count == 0;

    /// <summary>One that collects for itself and counts with this one.</summary>
    public SchemaCheck Inner() => new(_outermost);

    /// <summary>Whether one more check is to be made.</summary>
    public bool GoesOn() =>
        _found.Count < (_outermost == this ? JsonSchema.ViolationsMax : 1) && --_outermost._checksLeft >= 0;

    public void Add(string pointer, string message)
    {
        if (_found.Count < JsonSchema.ViolationsMax) _found.Add(new SchemaViolation(pointer, message));
    }

    public ImmutableArray<SchemaViolation> ToImmutable()
    {
        if (_checksLeft < 0)
        {
            // What was found behind the bound may be wrong: an inner check that stops has found nothing.
            return [new SchemaViolation("", $"needs more than {JsonSchema.ChecksMax} checks; simplify the schema")];
        }

        return _found.ToImmutable();
    }
}
