using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Actors.Core.Schemas;

/// <summary>
/// A JSON Schema (2020-12), of which this subset is understood: <c>type</c>, <c>required</c>, <c>properties</c>,
/// <c>additionalProperties</c>, <c>items</c>, <c>enum</c>, <c>const</c>, <c>minimum</c>, <c>maximum</c>,
/// <c>exclusiveMinimum</c>, <c>exclusiveMaximum</c>, <c>multipleOf</c>, <c>minLength</c>, <c>maxLength</c>,
/// <c>pattern</c>, <c>minItems</c>, <c>maxItems</c>, <c>uniqueItems</c>, <c>format</c> (date-time, date, uuid, email,
/// uri: asserted), <c>anyOf</c>, <c>allOf</c>, <c>oneOf</c>, <c>not</c>, <c>$ref</c> to <c>#/$defs/NAME</c>,
/// <c>$defs</c>. Titles, descriptions, defaults, examples, comments and ids are passed over; every other keyword is
/// an error, so that none is silently without effect.
/// </summary>
public sealed class JsonSchema
{
    /// <summary>Violations that are reported; more are left out.</summary>
    public const int ViolationsMax = 20;

    /// <summary>Mistakes of a schema that are reported; more are left out.</summary>
    public const int ErrorsMax = 1000;

    /// <summary>How deeply schemas may be applied inside each other, references included.</summary>
    public const int DepthMax = 512;

    /// <summary>Keywords that are checked for one value; a schema that needs more is refused with that value.</summary>
    public const int ChecksMax = 10_000_000;

    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>Reads a schema.</summary>
    /// <param name="json">Its JSON text.</param>
    /// <param name="schema">The schema; null if there are errors.</param>
    /// <param name="errors">Every mistake there is (at most <see cref="ErrorsMax"/>), in the order of the text.</param>
    public static bool TryParse(
        string json, [NotNullWhen(true)] out JsonSchema? schema, out ImmutableArray<SchemaError> errors)
    {
        ArgumentNullException.ThrowIfNull(json);
        schema = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Payload.DepthMax });
            var reader = new SchemaReader(document.RootElement);
            var root = reader.Read();
            errors = reader.Errors;
            if (errors.IsEmpty) schema = new JsonSchema(root);
        }
        catch (JsonException e)
        {
            errors = [new SchemaError("#", $"is not JSON: {e.Message}")];
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json says so of escapes that stand for half of a surrogate pair, and only then.
            errors = [new SchemaError("#", $"holds text that is not valid Unicode: {e.Message}")];
        }

        return schema is not null;
    }

    /// <summary>Checks a value.</summary>
    /// <returns>At most <see cref="ViolationsMax"/> violations; empty: it fits.</returns>
    public ImmutableArray<SchemaViolation> Validate(JsonElement value)
    {
        var check = new SchemaCheck();
        try
        {
            _root.Check(value, "", check, 0);
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json says so of escapes that stand for half of a surrogate pair, and only then.
            return [new SchemaViolation("", $"holds text that is not valid Unicode: {e.Message}")];
        }

        return check.ToImmutable();
    }
}

/// <summary>Where and how a value does not fit.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the value; empty for the whole.</param>
/// <param name="Message">What it is and what it has to be.</param>
public sealed record SchemaViolation(string Pointer, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Pointer.Length == 0 ? Message : $"{Pointer}: {Message}";
}
