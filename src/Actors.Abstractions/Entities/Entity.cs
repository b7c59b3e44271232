namespace Actors;

/// <summary>
/// A shared entity: state with operations. Each public method declared by a subclass is an operation, called by its
/// name (case-insensitive) with at most one argument. Operations of one entity run one at a time, in the order they
/// arrive; the state after an operation is durable before its result is seen by anyone. An operation is a turn: it is
/// synchronous, does no I/O, and changes nothing but <see cref="State"/>. An operation that throws changes nothing; one
/// that leads to a state that can't be stored is refused as <c>unstorable-state</c> and changes nothing either. (Among
/// others in one append it can't be told apart the first time: then all of them are told to try again.)
/// </summary>
/// <typeparam name="TState">
/// Serialised with <see cref="Payload.JsonOptions"/> after each change: its public properties are, its fields are not
/// unless they have <c>[JsonInclude]</c>. None of it is lost silently:
/// <list type="bullet">
/// <item>What certainly is not read back refuses the class when it is registered, here and in the types of its members:
/// properties with a private setter, get-only lists, public fields, properties that are not public, objects with fields
/// only, stacks, and what the entity class keeps beside its state. The ways out are a public setter (<c>set</c> or
/// <c>init</c>), a parameter of the constructor, <c>[JsonInclude]</c>; or <c>[JsonIgnore]</c> for what may be lost.
/// </item>
/// <item>A get-only property may be derived from the rest, which does no harm, or from a field that is not stored.
/// Where the class can't tell (it has such a field, or the constructor gives the value, or a list is populated), each
/// state is read back before it is stored, and what does not come back refuses the operation. That costs about three
/// times the serialising; <c>[JsonIgnore]</c> on what is derived spares it. It is not done for some states only: what
/// is lost often is empty at first. All other classes pay nothing.</item>
/// <item>Not seen are a private field that no property shows, and members of a subclass where the type of a property is
/// its base class without <c>[JsonDerivedType]</c>: JSON does not know of them.</item>
/// </list>
/// </typeparam>
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
    /// <summary>The state as it is to be stored. Whatever it throws refuses the operation before it.</summary>
    Payload Save();

    /// <summary>Sets identity and state; null is a new entity.</summary>
    void Load(EntityId id, Payload? state);

    /// <summary>Sets the time for the operation that follows.</summary>
    void BeginOperation(DateTimeOffset now);
}
