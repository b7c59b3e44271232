namespace Actors;

/// <summary>
/// A shared entity: state with operations. Each public method declared by a subclass is an operation, called by its
/// name (case-insensitive) with at most one argument. Operations of one entity run one at a time, in the order they
/// arrive; the state after an operation is durable before its result is seen by anyone. An operation is a turn: it is
/// synchronous, does no I/O, and changes nothing but <see cref="State"/>. An operation that throws changes nothing.
/// </summary>
/// <typeparam name="TState">Serialised with <see cref="Payload.JsonOptions"/> after each change.</typeparam>
public abstract class Entity<TState> : IEntity where TState : class, new()
{
    /// <summary>The state. A new entity starts with <c>new TState()</c>.</summary>
    protected TState State { get; private set; } = new();

    /// <summary>Which entity this is.</summary>
    protected EntityId Id { get; private set; }

    /// <summary>Time of the current operation.</summary>
    protected DateTimeOffset Now { get; private set; }

    Payload IEntity.Save() => Payload.From(State);

    void IEntity.Load(EntityId id, Payload? state)
    {
        Id = id;
        State = state?.To<TState>() ?? new TState();
    }

    void IEntity.BeginOperation(DateTimeOffset now) => Now = now;
}

/// <summary>
/// The engine's side of an entity. Implemented by <see cref="Entity{TState}"/>; not meant to be called or implemented
/// elsewhere.
/// </summary>
public interface IEntity
{
    /// <summary>The state as it is to be stored.</summary>
    Payload Save();

    /// <summary>Sets identity and state; null is a new entity.</summary>
    void Load(EntityId id, Payload? state);

    /// <summary>Sets the time for the operation that follows.</summary>
    void BeginOperation(DateTimeOffset now);
}
