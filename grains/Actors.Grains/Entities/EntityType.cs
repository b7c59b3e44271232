using System.Collections.Frozen;
using System.Reflection;
using Actors.Core.Text;

namespace Actors.Grains.Entities;

/// <summary>An entity class: how to make one, and its operations.</summary>
internal sealed class EntityType
{
    private readonly FrozenDictionary<string, EntityOperation> _operations;

    private readonly bool _isDoubtful;
    private volatile bool _savesEach;

    private EntityType(
        string name, Func<IEntity> create, FrozenDictionary<string, EntityOperation> operations, bool isDoubtful)
    {
        Name = name;
        Create = create;
        _operations = operations;
        _isDoubtful = isDoubtful;
    }

    public string Name { get; }

    public Func<IEntity> Create { get; }

    /// <summary>Whether the state is made after each operation, not only before it is stored.</summary>
    public bool SavesEach => _savesEach;

    public static EntityType Of<TEntity>(string name) where TEntity : class, IEntity, new()
    {
        var operations = new Dictionary<string, EntityOperation>(StringComparer.OrdinalIgnoreCase);
        var methods = typeof(TEntity).GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(m => m.DeclaringType is { } d && d != typeof(object) && !IsBase(d) && !m.IsSpecialName &&
                m.GetBaseDefinition().DeclaringType != typeof(object));
        foreach (var method in methods)
        {
            if (!operations.TryAdd(method.Name, EntityOperation.Of(typeof(TEntity), method)))
                throw new ArgumentException(
                    $"entity class {typeof(TEntity).Name} has two operations called '{method.Name}'; give each a " +
                    "name of its own");
        }

        if (operations.Count == 0)
            throw new ArgumentException(
                $"entity class {typeof(TEntity).Name} has no operation; its public methods are its operations");
        return new EntityType(
            name, static () => new TEntity(), operations.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            StateContract.IsDoubtful(typeof(TEntity)));
    }

    /// <summary>The state of an entity as it is to be stored.</summary>
    /// <exception cref="TerminalException">It can't be written, or would not come back as it is.</exception>
    public Payload Save(EntityId id, IEntity entity)
    {
        try
        {
            var state = entity.Save();
            if (!_isDoubtful) return state;
            var again = Create();
            again.Load(id, state);
            return ReadBack.FirstDifference(state, again.Save()) is not { } path ? state : throw new TerminalException(
                $"'{path}' is written and not read back; {StateContract.WaysOut}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new TerminalException(
                $"the state of entity '{id}' (class {entity.GetType().Name}) can't be stored: {e.Message}",
                "unstorable-state", e);
        }
    }

    /// <summary>
    /// Several operations led to a state that can't be stored, and it is too late to tell which: from here on each is
    /// looked at by itself.
    /// </summary>
    public void SaveEach() => _savesEach = true;

    public bool TryFind(
        string operation, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EntityOperation? found) =>
        _operations.TryGetValue(operation, out found);

    public Failure Unknown(string operation)
    {
        var near = Spelling.Nearest(operation, _operations.Keys);
        var hint = near is null ? "" : $"; did you mean '{near}'?";
        return Failure.Permanent("not-found", $"entity type '{Name}' has no operation '{operation}'{hint}");
    }

    private static bool IsBase(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Entity<>);
}

/// <summary>One operation: takes an argument as JSON, gives its result as JSON.</summary>
internal sealed class EntityOperation
{
    private readonly Func<IEntity, Payload, Payload> _invoke;

    private EntityOperation(string name, Func<IEntity, Payload, Payload> invoke) => (Name, _invoke) = (name, invoke);

    public string Name { get; }

    public static EntityOperation Of(Type type, MethodInfo method)
    {
        var parameters = method.GetParameters();
        if (parameters.Length > 1 || method.IsGenericMethod || parameters.Any(p => p.ParameterType.IsByRef))
            throw new ArgumentException(
                $"operation {type.Name}.{method.Name} has to have no parameter, or one that is passed by value");
        if (IsAsynchronous(method.ReturnType))
            throw new ArgumentException(
                $"operation {type.Name}.{method.Name} is asynchronous; an operation is a turn: it does no I/O and " +
                "returns its result");
        var make = typeof(EntityOperation).GetMethod(
            (parameters.Length, method.ReturnType == typeof(void)) switch
            {
                (0, true) => nameof(Action0),
                (0, false) => nameof(Func0),
                (_, true) => nameof(Action1),
                _ => nameof(Func1),
            }, BindingFlags.NonPublic | BindingFlags.Static)!;
        var arguments = new List<Type> { type };
        if (parameters.Length == 1) arguments.Add(parameters[0].ParameterType);
        if (method.ReturnType != typeof(void)) arguments.Add(method.ReturnType);
        return new EntityOperation(
            method.Name,
            (Func<IEntity, Payload, Payload>)make.MakeGenericMethod([.. arguments]).Invoke(null, [method])!);
    }

    public Payload Invoke(IEntity entity, Payload input) => _invoke(entity, input);

    private static bool IsAsynchronous(Type result) => typeof(Task).IsAssignableFrom(result) ||
        result.FullName?.StartsWith("System.Threading.Tasks.ValueTask", StringComparison.Ordinal) == true;

    private static Func<IEntity, Payload, Payload> Action0<TEntity>(MethodInfo method)
    {
        var call = method.CreateDelegate<Action<TEntity>>();
        return (entity, _) =>
        {
            call((TEntity)entity);
            return Payload.Null;
        };
    }

    private static Func<IEntity, Payload, Payload> Func0<TEntity, TResult>(MethodInfo method)
    {
        var call = method.CreateDelegate<Func<TEntity, TResult>>();
        return (entity, _) => Payload.From(call((TEntity)entity));
    }

    private static Func<IEntity, Payload, Payload> Action1<TEntity, TInput>(MethodInfo method)
    {
        var call = method.CreateDelegate<Action<TEntity, TInput>>();
        return (entity, input) =>
        {
            call((TEntity)entity, input.To<TInput>()!);
            return Payload.Null;
        };
    }

    private static Func<IEntity, Payload, Payload> Func1<TEntity, TInput, TResult>(MethodInfo method)
    {
        var call = method.CreateDelegate<Func<TEntity, TInput, TResult>>();
        return (entity, input) => Payload.From(call((TEntity)entity, input.To<TInput>()!));
    }
}
