using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Shells;

/// <summary>Addresses of grains.</summary>
internal static class Shell
{
    private static readonly Address Invocations = new("actors.invocation", typeof(IInvocationGrain));
    private static readonly Address Entities = new("actors.entity", typeof(IEntityGrain));
    private static readonly Address Registries = new("actors.registry", typeof(IRegistryGrain));

    /// <exception cref="NotFoundException">There is no such kind of grain in a cluster.</exception>
    public static IActorsGrain Of(IGrainFactory grains, GrainKey key) => key.Kind switch
    {
        GrainKind.Invocation => Invocations.Of(grains, key),
        GrainKind.Entity => Entities.Of(grains, key),
        GrainKind.Registry => Registries.Of(grains, key),
        _ => throw new NotFoundException($"there is no grain of kind {key.Kind} that takes messages"),
    };

    // By type, each reference is looked up by reflection on its interface.
    private sealed class Address(string type, Type grain)
    {
        private readonly GrainType _type = GrainType.Create(type);
        private GrainInterfaceType? _interface;

        public IActorsGrain Of(IGrainFactory grains, GrainKey key)
        {
            var text = key.ToString();
            _interface ??= ((GrainReference)grains.GetGrain(grain, text)).InterfaceType;
            return (IActorsGrain)grains.GetGrain(GrainId.Create(_type, text), _interface.Value);
        }
    }
}
