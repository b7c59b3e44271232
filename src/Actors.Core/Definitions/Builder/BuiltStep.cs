using System.Text.Json;
using Actors.Core.Definitions.Canonical;
using Actors.Core.Definitions.Validation;

namespace Actors.Definitions;

/// <summary>A step as it was written in C#, with what its handler's types say.</summary>
/// <param name="Step">The step, without what the map's defaults add.</param>
/// <param name="Retry">What it says about retries; null: nothing.</param>
/// <param name="Types">Types of its handler; null: unknown.</param>
/// <param name="UndoTypes">Types of the handler that undoes it; null: unknown.</param>
/// <param name="InputType">Type of its input where that was written as a typed path; null: not.</param>
/// <param name="CollectionType">Type of what it runs over where that was written as a typed path; null: not.</param>
internal sealed record BuiltStep(
    Step Step, RetryOverride? Retry, HandlerTypes? Types, HandlerTypes? UndoTypes, Type? InputType,
    Type? CollectionType);

/// <summary>The parts of a retry policy that were written; the others come from the map's defaults.</summary>
internal sealed record RetryOverride(
    int? AttemptsMax, TimeSpan? FirstDelay, double? Factor, TimeSpan? MaxDelay, bool? Jitter, string[]? On)
{
    /// <summary>What was written of attempts, for the rule that asks for an effect.</summary>
    public StatedRetry Stated => new(AttemptsMax is not null, On is not null);

    public RetryPolicy Over(RetryPolicy defaults) => new(
        AttemptsMax ?? defaults.AttemptsMax, FirstDelay ?? defaults.FirstDelay, Factor ?? defaults.Factor,
        MaxDelay ?? defaults.MaxDelay, Jitter ?? defaults.Jitter, On is null ? defaults.On : [.. On]);
}

/// <summary>What a handler takes and gives.</summary>
/// <param name="Input">Type of its input.</param>
/// <param name="Output">Type of its result.</param>
public sealed record HandlerTypes(Type Input, Type Output)
{
    /// <summary>By the handler interface that a class implements; null: it implements none, or several.</summary>
    internal static HandlerTypes? Of(Type handler)
    {
        var found = handler.GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IStepHandler<,>))
            .ToList();
        return found.Count == 1
            ? new HandlerTypes(found[0].GenericTypeArguments[0], found[0].GenericTypeArguments[1])
            : null;
    }
}

/// <summary>Makes templates of C# values.</summary>
internal static class Templates
{
    /// <summary>The value as canonical JSON; its strings are read as in a file.</summary>
    /// <exception cref="DefinitionException">The value can't be written as JSON.</exception>
    public static Template Of(object? value, string thing)
    {
        try
        {
            var json = JsonSerializer.Serialize(value, value?.GetType() ?? typeof(object), Payload.JsonOptions);
            return new Template(CanonicalJson.Of(json));
        }
        catch (Exception e)
            when (e is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new DefinitionException(
                [new DefinitionError("template", $"{thing} can't be written as JSON: {e.Message}")]);
        }
    }
}
