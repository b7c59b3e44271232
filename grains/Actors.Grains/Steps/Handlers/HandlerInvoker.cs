using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Grains.Steps;

/// <summary>A registered handler, behind one signature for all types.</summary>
internal abstract class HandlerInvoker(string name, Type input, Type output)
{
    public string Name { get; } = name;

    public Type Input { get; } = input;

    public Type Output { get; } = output;

    /// <summary>What it is registered as, for messages.</summary>
    public abstract string Description { get; }

    /// <param name="input">Its input.</param>
    /// <param name="context">What the handler sees.</param>
    /// <param name="attempt">The attempt it is part of.</param>
    /// <param name="keepObject">Whether the answer shall hold the object beside its JSON.</param>
    /// <exception cref="InvalidInputException">The JSON does not fit the input type.</exception>
    public abstract ValueTask<HandlerValue> InvokeAsync(
        HandlerValue input, StepContext context, RunningAttempt attempt, bool keepObject);
}

/// <summary>Reads the input, calls, writes the output.</summary>
internal abstract class HandlerInvoker<TInput, TOutput>(string name)
    : HandlerInvoker(name, typeof(TInput), typeof(TOutput))
{
    private JsonTypeInfo<TInput>? _input;
    private JsonTypeInfo<TOutput>? _output;

    public sealed override async ValueTask<HandlerValue> InvokeAsync(
        HandlerValue input, StepContext context, RunningAttempt attempt, bool keepObject)
    {
        var output = await CallAsync(Read(input, context), context, attempt);
        var payload = Write(output, context);
        return keepObject ? new HandlerValue(payload, typeof(TOutput), output) : new HandlerValue(payload);
    }

    protected abstract ValueTask<TOutput> CallAsync(TInput input, StepContext context, RunningAttempt attempt);

    private TInput Read(HandlerValue input, StepContext context)
    {
        if (input.Type is { } type && Takes(type)) return (TInput)input.Object!;
        if (typeof(TInput) == typeof(Payload)) return (TInput)(object)input.Payload;
        try
        {
            _input ??= (JsonTypeInfo<TInput>)Payload.JsonOptions.GetTypeInfo(typeof(TInput));
            return JsonSerializer.Deserialize(input.Payload.Utf8.Span, _input)!;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Reading is a function of the JSON: whatever it throws, constructors of the type included, it throws
            // again.
            var what = $"step '{context.Step}', handler '{Name}'";
            throw new InvalidInputException(FailureRules.InvalidInput(what, typeof(TInput), e), e);
        }
    }

    private Payload Write(TOutput output, StepContext context)
    {
        if (output is Payload payload) return payload;
        // What an undo gives is not recorded.
        if (context.IsUndo) return Payload.Null;
        try
        {
            _output ??= (JsonTypeInfo<TOutput>)Payload.JsonOptions.GetTypeInfo(typeof(TOutput));
            return Payload.FromTrustedUtf8(JsonSerializer.SerializeToUtf8Bytes(output, _output));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidResultException(
                $"step '{context.Step}', handler '{Name}': its result of type {typeof(TOutput)} can't be written as " +
                $"JSON: {e.Message}", e);
        }
    }

    // As the JSON would be read: object and interfaces would not come back as what they were.
    private static bool Takes(Type type) =>
        type == typeof(TInput) || typeof(TInput).IsClass && typeof(TInput) != typeof(object) &&
        type.IsAssignableTo(typeof(TInput));
}

/// <summary>The input of a step does not fit the type its handler takes.</summary>
internal sealed class InvalidInputException(Failure failure, Exception inner)
    : TerminalException(failure.Message, failure.Type, inner);

/// <summary>The result of a handler, which has done its work, can't be written.</summary>
internal sealed class InvalidResultException(string message, Exception inner)
    : TerminalException(message, "invalid-result", inner);

/// <summary>A handler that is a delegate.</summary>
internal sealed class DelegateInvoker<TInput, TOutput>(string name, Func<TInput, StepContext, ValueTask<TOutput>> call)
    : HandlerInvoker<TInput, TOutput>(name)
{
    public override string Description => $"a delegate taking {typeof(TInput)}";

    protected override ValueTask<TOutput> CallAsync(TInput input, StepContext context, RunningAttempt attempt) =>
        call(input, context);
}
