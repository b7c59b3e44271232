using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Grains.Registry;

namespace Actors.Silo.Embedded;

/// <summary>Makes the grain of a key.</summary>
internal sealed class EngineGrainFactory(DefinitionCatalog catalog, EntityRegistry entities) : IGrainFactory
{
    public Grain Create(GrainKey key) => key.Kind switch
    {
        GrainKind.Invocation => new InvocationGrain(new InvocationId(key.Tenant, key.Type, key.Id), catalog),
        GrainKind.Entity => entities.CreateGrain(new EntityId(key.Tenant, key.Type, key.Id)),
        GrainKind.Registry => new RegistryGrain(),
        _ => throw new NotFoundException($"there is no grain of kind {key.Kind} in this silo"),
    };
}
