using Actors.Core.Text;

namespace Actors.Grains.Entities;

/// <summary>The entity classes a silo hosts, by name. Filled at start, read-only afterwards.</summary>
public sealed class EntityRegistry
{
    private readonly Dictionary<string, EntityType> _types = new(StringComparer.Ordinal);

    /// <summary>Names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _types.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a class.</summary>
    /// <exception cref="ArgumentException">The name is taken or not a name, or the class has an operation that can't
    /// be one, or its state would not come back as it was written.</exception>
    public EntityRegistry Add<TEntity>(string name) where TEntity : class, IEntity, new()
    {
        if (!Actors.Names.IsName(name))
            throw new ArgumentException($"'{name}' can't be the name of an entity type", nameof(name));
        if (!_types.TryAdd(name, EntityType.Of<TEntity>(name)))
            throw new ArgumentException($"an entity type '{name}' is registered already", nameof(name));
        return this;
    }

    /// <summary>A grain for an entity.</summary>
    /// <exception cref="NotFoundException">No such type.</exception>
    public EntityGrain CreateGrain(EntityId id)
    {
        if (_types.TryGetValue(id.Type, out var type)) return new EntityGrain(id, type);
        var near = Spelling.Nearest(id.Type, _types.Keys);
        var hint = near is null ? "" : $"; did you mean '{near}'?";
        throw new NotFoundException($"there is no entity type '{id.Type}'{hint}");
    }
}
