using Microsoft.Extensions.Configuration;

namespace Actors.Grains.Steps;

/// <summary>Values that definitions name but do not hold.</summary>
public interface ISecrets
{
    /// <summary>The value; null or empty: there is none.</summary>
    string? Find(string name);
}

/// <summary>Knows no secret.</summary>
public sealed class NoSecrets : ISecrets
{
    /// <summary>The one instance.</summary>
    public static NoSecrets Instance { get; } = new();

    /// <inheritdoc/>
    public string? Find(string name) => null;
}

/// <summary>Reads secrets from configuration <c>Secrets:NAME</c>, each time anew.</summary>
public sealed class ConfiguredSecrets(IConfiguration configuration) : ISecrets
{
    /// <inheritdoc/>
    public string? Find(string name) => configuration[$"Secrets:{name}"];
}
