using Actors.Grains.Work;
using Microsoft.Extensions.Configuration;

namespace Actors.Grains.Steps;

/// <summary>Where services are.</summary>
public interface IServiceEndpoints
{
    /// <summary>The base address of a service, as text; checked by the caller.</summary>
    string UrlOf(ServiceReference service);
}

/// <summary>Services are where their definition says.</summary>
public sealed class DeclaredEndpoints : IServiceEndpoints
{
    /// <summary>The one instance.</summary>
    public static DeclaredEndpoints Instance { get; } = new();

    /// <inheritdoc/>
    public string UrlOf(ServiceReference service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return service.Declared.Url;
    }
}

/// <summary>
/// Services are where configuration <c>Services:NAME:Url</c> says, else where their definition says.
/// </summary>
public sealed class ConfiguredEndpoints(IConfiguration configuration) : IServiceEndpoints
{
    /// <inheritdoc/>
    public string UrlOf(ServiceReference service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return configuration[$"Services:{service.Name}:Url"] is { Length: > 0 } configured
            ? configured
            : service.Declared.Url;
    }
}
