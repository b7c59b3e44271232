using Microsoft.Extensions.DependencyInjection;

namespace Actors.Grains.Steps;

/// <summary>
/// A handler that is a class: a new instance per attempt, from the attempt's scope. A class that asks for nothing,
/// owns nothing and is not registered as a service itself is made without a scope.
/// </summary>
internal sealed class ClassInvoker<THandler, TInput, TOutput>(string name) : HandlerInvoker<TInput, TOutput>(name)
    where THandler : class, IStepHandler<TInput, TOutput>
{
    private static readonly bool IsDisposable =
        typeof(THandler).IsAssignableTo(typeof(IDisposable)) ||
        typeof(THandler).IsAssignableTo(typeof(IAsyncDisposable));

    private static readonly bool AsksForNothing =
        typeof(THandler).GetConstructors() is [var only] && only.GetParameters().Length == 0;

    private readonly Lazy<ObjectFactory<THandler>> _factory = new(() => ActivatorUtilities.CreateFactory<THandler>([]));

    public override string Description => $"class {typeof(THandler)}";

    protected override ValueTask<TOutput> CallAsync(TInput input, StepContext context, RunningAttempt attempt)
    {
        var registered = attempt.IsRegistered(typeof(THandler));
        if (AsksForNothing && !registered && !IsDisposable)
            return _factory.Value(attempt.Ports.Services, null).HandleAsync(input, context);

        var services = attempt.Services;
        if (registered && services.GetService(typeof(THandler)) is THandler shared)
            return shared.HandleAsync(input, context);

        var handler = _factory.Value(services, null);
        return IsDisposable ? CallAndDisposeAsync(handler, input, context) : handler.HandleAsync(input, context);
    }

    private static async ValueTask<TOutput> CallAndDisposeAsync(THandler handler, TInput input, StepContext context)
    {
        try
        {
            return await handler.HandleAsync(input, context);
        }
        finally
        {
            if (handler is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else (handler as IDisposable)?.Dispose();
        }
    }
}
