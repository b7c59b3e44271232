using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Shells;

/// <summary>Addresses of grains.</summary>
internal static class Shell
{
    /// <exception cref="NotFoundException">There is no such kind of grain in a cluster.</exception>
    public static IActorsGrain Of(IGrainFactory grains, GrainKey key) => key.Kind switch
    {
        GrainKind.Invocation => grains.GetGrain<IInvocationGrain>(key.ToString()),
        GrainKind.Entity => grains.GetGrain<IEntityGrain>(key.ToString()),
        GrainKind.Registry => grains.GetGrain<IRegistryGrain>(key.ToString()),
        _ => throw new NotFoundException($"there is no grain of kind {key.Kind} that takes messages"),
    };
}
