using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Actors.Definitions;

/// <summary>What became of reading or building a definition: a valid map, or every error there is.</summary>
public sealed class DefinitionResult
{
    private DefinitionResult(StepMap? map, ImmutableArray<DefinitionError> errors)
    {
        Map = map;
        Errors = errors;
    }

    /// <summary>The map; null if there are errors.</summary>
    public StepMap? Map { get; }

    /// <summary>All errors, in the order of the file; empty if the definition is valid.</summary>
    public ImmutableArray<DefinitionError> Errors { get; }

    /// <summary>Whether there is a map.</summary>
    [MemberNotNullWhen(true, nameof(Map))]
    public bool IsValid => Map is not null;

    /// <summary>A valid definition.</summary>
    public static DefinitionResult Valid(StepMap map) => new(map, []);

    /// <summary>A definition with errors.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static DefinitionResult Invalid(ImmutableArray<DefinitionError> errors) => errors.IsDefaultOrEmpty
        ? throw new ArgumentException("an invalid definition has at least one error", nameof(errors))
        : new DefinitionResult(null, errors);

    /// <summary>The map.</summary>
    /// <exception cref="DefinitionException">There are errors; it holds all of them.</exception>
    public StepMap MapOrThrow() => Map ?? throw new DefinitionException(Errors);
}
