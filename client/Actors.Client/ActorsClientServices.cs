using Microsoft.Extensions.DependencyInjection;

namespace Actors.Client;

/// <summary>Registers the client SDK.</summary>
public static class ActorsClientServices
{
    /// <summary>Registers <see cref="IActorsClient"/> as a client of the silo at an address.</summary>
    /// <param name="services">Where.</param>
    /// <param name="address">Address of the silo, for example <c>http://127.0.0.1:5080</c>.</param>
    /// <param name="options">Settings; null: the defaults.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddActorsClient(
        this IServiceCollection services, Uri address, HttpActorsClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        return services.AddSingleton<IActorsClient>(_ => new HttpActorsClient(address, options));
    }
}
