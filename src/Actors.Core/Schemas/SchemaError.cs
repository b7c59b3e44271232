using System.Collections.Immutable;
using Actors.Core.Text;

namespace Actors.Core.Schemas;

/// <summary>One mistake in a schema.</summary>
/// <param name="Pointer">Where it stands, as JSON pointer with a <c>#</c> before it: <c>#/properties/a</c>.</param>
/// <param name="Message">What is wrong with what stands there.</param>
/// <param name="Suggestion">What was probably meant; null: nothing is near.</param>
public sealed record SchemaError(string Pointer, string Message, string? Suggestion = null)
{
    /// <summary>Names on the way there, without the <c>#</c>.</summary>
    internal IEnumerable<string> Path => Pointer.Split('/').Skip(1)
        .Select(name => name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Pointer} {Message}" + (Suggestion is null ? "" : $"; did you mean '{Suggestion}'?");
}

/// <summary>Collects the mistakes of one schema; keeps the first <see cref="JsonSchema.ErrorsMax"/>.</summary>
internal sealed class SchemaErrors
{
    private readonly ImmutableArray<SchemaError>.Builder _errors = ImmutableArray.CreateBuilder<SchemaError>();

    public void Add(string pointer, string message, string? suggestion = null)
    {
        if (_errors.Count < JsonSchema.ErrorsMax) _errors.Add(new SchemaError(pointer, message, suggestion));
    }

    public void AddUnknown(string pointer, string keyword, ImmutableArray<string> known)
    {
        if (_errors.Count >= JsonSchema.ErrorsMax) return;
        var near = Spelling.Nearest(keyword, known);
        var wayOut = near is null ? $"; keywords: {string.Join(", ", known)}" : "";
        Add(pointer, "is not understood" + wayOut, near);
    }

    /// <returns>Whether it holds.</returns>
    public bool Demand(bool holds, string pointer, string message)
    {
        if (!holds) Add(pointer, message);
        return holds;
    }

    public ImmutableArray<SchemaError> ToImmutable() => _errors.ToImmutable();
}
