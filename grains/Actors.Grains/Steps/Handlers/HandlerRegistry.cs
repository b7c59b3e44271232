using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Actors.Grains.Steps;

/// <summary>
/// The handlers a silo has, by name. Fill it at start; adding later is allowed and seen by the next attempt. Names are
/// unique: adding a second handler under a name is an error, whichever way it comes.
/// </summary>
public sealed class HandlerRegistry
{
    private readonly ConcurrentDictionary<string, HandlerInvoker> _handlers = new(StringComparer.Ordinal);

    /// <summary>The names, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _handlers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a class that implements <see cref="IStepHandler{TInput, TOutput}"/> exactly once.</summary>
    /// <param name="name">Its name; null: by <see cref="HandlerNames"/>.</param>
    /// <exception cref="ArgumentException">It is no such class, or the name is taken.</exception>
    /// <exception cref="InvalidNameException">The name breaks the rules.</exception>
    public HandlerRegistry Add<THandler>(string? name = null) where THandler : class => Add(typeof(THandler), name);

    /// <summary>As <see cref="Add{THandler}(string)"/>, for a type known at run time only.</summary>
    /// <exception cref="ArgumentException">It is no such class, or the name is taken.</exception>
    /// <exception cref="InvalidNameException">The name breaks the rules.</exception>
    public HandlerRegistry Add(Type handler, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var contracts = ContractsOf(handler);
        if (contracts is not [var contract] || !CanBeMade(handler))
        {
            throw new ArgumentException(
                $"{handler} can't be a step handler: it must be a class that can be instantiated and implements " +
                $"IStepHandler<TInput, TOutput> exactly once (it does so {contracts.Length} times)", nameof(handler));
        }

        var invoker = typeof(ClassInvoker<,,>).MakeGenericType([handler, .. contract.GetGenericArguments()]);
        return Add((HandlerInvoker)Activator.CreateInstance(invoker, Checked(name ?? HandlerNames.Of(handler)))!);
    }

    /// <summary>Adds every class of an assembly, public or not, that can be instantiated and implements
    /// <see cref="IStepHandler{TInput, TOutput}"/>, by the names that <see cref="HandlerNames"/> gives them.</summary>
    /// <exception cref="ArgumentException">A class implements it more than once, or its name is taken.</exception>
    /// <exception cref="InvalidNameException">A name breaks the rules.</exception>
    public HandlerRegistry AddFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes())
        {
            if (CanBeMade(type) && ContractsOf(type).Length > 0) Add(type);
        }

        return this;
    }

    /// <summary>
    /// Adds a delegate. It gets no service scope unless it asks for <see cref="StepContext.Services"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="InvalidNameException">The name breaks the rules.</exception>
    [OverloadResolutionPriority(2)]
    public HandlerRegistry Add<TInput, TOutput>(string name, Func<TInput, StepContext, ValueTask<TOutput>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(new DelegateInvoker<TInput, TOutput>(Checked(name), handler));
    }

    /// <summary>Adds a method that returns a task.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="InvalidNameException">The name breaks the rules.</exception>
    [OverloadResolutionPriority(1)]
    public HandlerRegistry Add<TInput, TOutput>(string name, Func<TInput, StepContext, Task<TOutput>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add<TInput, TOutput>(name, (input, context) => new ValueTask<TOutput>(handler(input, context)));
    }

    /// <summary>Adds a synchronous delegate.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="InvalidNameException">The name breaks the rules.</exception>
    public HandlerRegistry Add<TInput, TOutput>(string name, Func<TInput, StepContext, TOutput> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add<TInput, TOutput>(name, (input, context) => new ValueTask<TOutput>(handler(input, context)));
    }

    /// <summary>Adds a function of the input alone.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="InvalidNameException">The name breaks the rules.</exception>
    public HandlerRegistry Add<TInput, TOutput>(string name, Func<TInput, TOutput> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add<TInput, TOutput>(name, (input, _) => new ValueTask<TOutput>(handler(input)));
    }

    /// <summary>What a handler takes and gives, for checks of definitions. False: no handler of that name.</summary>
    public bool TryGetTypes(string name, [NotNullWhen(true)] out Type? input, [NotNullWhen(true)] out Type? output)
    {
        (input, output) = _handlers.TryGetValue(name, out var found) ? (found.Input, found.Output) : (null, null);
        return input is not null;
    }

    internal HandlerInvoker? Find(string name) => _handlers.GetValueOrDefault(name);

    private static bool CanBeMade(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false };

    private static Type[] ContractsOf(Type handler) => Array.FindAll(
        handler.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IStepHandler<,>));

    private static string Checked(string name) => Actors.Names.IsName(name)
        ? name
        : throw new InvalidNameException(
            $"'{name}' can't be the name of a handler: a name starts with a letter or digit, goes on with letters, " +
            $"digits, '_', '-', '.' or ':', and has at most {Actors.Names.NameCharactersMax} characters");

    private HandlerRegistry Add(HandlerInvoker invoker)
    {
        if (IsTask(invoker.Output))
        {
            throw new ArgumentException(
                $"handler '{invoker.Name}' would record a {invoker.Output} as its result; " +
                "register it as an asynchronous function of (input, context)");
        }

        if (_handlers.TryAdd(invoker.Name, invoker)) return this;
        throw new ArgumentException(
            $"handler name '{invoker.Name}' is taken by {_handlers[invoker.Name].Description}, so " +
            $"{invoker.Description} needs another: give it in Add or by [HandlerName(\"...\")]");
    }

    private static bool IsTask(Type type) =>
        type.IsAssignableTo(typeof(Task)) || type == typeof(ValueTask) ||
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>);
}
