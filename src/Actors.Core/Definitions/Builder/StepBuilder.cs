using System.Linq.Expressions;
using System.Text.Json;
using Actors.Core.Definitions.Canonical;

namespace Actors.Definitions;

/// <summary>
/// Writes one step. Wrong use is collected and reported by <see cref="ProcessBuilder{TInput}.Build"/>.
/// </summary>
/// <typeparam name="TInput">Input of the process.</typeparam>
public sealed class StepBuilder<TInput> : ActionBuilder<StepBuilder<TInput>>
{
    private readonly string _name;
    private Step _step;
    private RetryOverride? _retry;
    private HandlerTypes? _undoTypes;
    private Type? _inputType;
    private Type? _collectionType;
    private int? _parallel;

    internal StepBuilder(string name) : base($"step '{name}'")
    {
        _name = name;
        _step = new Step { Name = name, Action = new StepAction.Handler("unreadable") };
    }

    /// <summary>Waits, durably.</summary>
    public StepBuilder<TInput> Delay(TimeSpan duration) => duration >= TimeSpan.Zero && duration <= Durations.Max
        ? Add(new StepAction.Delay(Durations.Format(duration)))
        : Add(new StepAction.Delay(duration.ToString()));

    /// <summary>Waits, durably, for a duration as it is written in files, or for one that a path yields.</summary>
    public StepBuilder<TInput> Delay(string duration) => Add(new StepAction.Delay(
        Durations.TryParse(duration, out var parsed) ? Durations.Format(parsed) : duration));

    /// <summary>Waits for a signal; its payload is the result.</summary>
    public StepBuilder<TInput> Wait(string signal) => Add(new StepAction.Wait(signal));

    /// <summary>Starts another process and waits for its output.</summary>
    public StepBuilder<TInput> Child(string process, string? id = null) => Add(new StepAction.Child(process, id));

    /// <summary>Depends on other steps, by name.</summary>
    public StepBuilder<TInput> After(params string[] steps) => Set(_step with { After = _step.After.AddRange(steps) });

    /// <summary>Runs only if an RFC 9535 logical expression holds, such as <c>$.input.total &gt; 500</c>.</summary>
    public StepBuilder<TInput> When(string condition) => Set(_step with { When = condition });

    /// <summary>Runs once per element of a collection.</summary>
    public StepBuilder<TInput> Each(string path)
    {
        _collectionType = null;
        return Set(_step with { Each = new Each(path, null) });
    }

    /// <summary>Runs once per element of a collection in the input.</summary>
    public StepBuilder<TInput> Each<TItem>(Expression<Func<TInput, IEnumerable<TItem>>> collection)
    {
        if (PathOf(collection) is not { } path) return this;
        Each(path);
        _collectionType = InputPath.TypeOf(collection);
        return this;
    }

    /// <summary>How many elements run at a time. Default: all.</summary>
    public StepBuilder<TInput> Parallel(int items)
    {
        _parallel = items;
        return this;
    }

    /// <summary>What the action receives: any value; its strings that start with <c>$</c> are paths.</summary>
    public StepBuilder<TInput> Input(object? template)
    {
        _inputType = null;
        return Template(template, "input") is { } input ? Set(_step with { Input = input }) : this;
    }

    /// <summary>What the action receives: a part of the process's input.</summary>
    public StepBuilder<TInput> Input<TValue>(Expression<Func<TInput, TValue>> part)
    {
        if (PathOf(part) is not { } path) return this;
        Input(path);
        _inputType = InputPath.TypeOf(part);
        return this;
    }

    /// <summary>JSON Schema of what the action is given, as JSON text; see <see cref="Definitions.Step.In"/>.</summary>
    public StepBuilder<TInput> In(string jsonSchema) =>
        Schema("in", jsonSchema, (step, json) => step with { In = json });

    /// <summary>JSON Schema of the result, as JSON text; see <see cref="Definitions.Step.Out"/>.</summary>
    public StepBuilder<TInput> Out(string jsonSchema) =>
        Schema("out", jsonSchema, (step, json) => step with { Out = json });

    /// <summary>
    /// Bounds of one attempt, and of the step with all its retries. A wait and a child have one attempt, and one of the
    /// two; a delay has none.
    /// </summary>
    public StepBuilder<TInput> Timeout(TimeSpan? attempt = null, TimeSpan? step = null) =>
        Set(_step with { Timeout = new StepTimeouts(attempt, step) });

    /// <summary>
    /// Retries. What is not given comes from the process's defaults; see <see cref="RetryPolicy"/>. Delays, waits and
    /// children are never tried again, and take none; of a child with an undo the delays are the undo's.
    /// </summary>
    public StepBuilder<TInput> Retry(
        int? attemptsMax = null, TimeSpan? firstDelay = null, double? backoff = null, TimeSpan? maxDelay = null,
        bool? jitter = null, string[]? on = null)
    {
        _retry = new RetryOverride(attemptsMax, firstDelay, backoff, maxDelay, jitter, on);
        return this;
    }

    /// <summary>One attempt only.</summary>
    public StepBuilder<TInput> NoRetry()
    {
        var none = Core.Definitions.Reading.RetryPolicies.None;
        return Retry(none.AttemptsMax, none.FirstDelay, none.Factor, none.MaxDelay, none.Jitter, [.. none.On]);
    }

    /// <summary>Failure types that are answers, not outages: never retried.</summary>
    public StepBuilder<TInput> Permanent(params string[] types) =>
        Set(_step with { Permanent = _step.Permanent.AddRange(types) });

    /// <summary>Status codes that are answers, not outages: never retried.</summary>
    public StepBuilder<TInput> Permanent(params int[] statusCodes) =>
        Permanent([.. statusCodes.Select(c => c.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>
    /// Nobody waits for it; its failure is recorded, not propagated. It has no undo, and is no wait: when the process
    /// has completed, no signal would reach it.
    /// </summary>
    public StepBuilder<TInput> Detached() => Set(_step with { Detached = true });

    /// <summary>The same as <see cref="Detached"/>.</summary>
    public StepBuilder<TInput> FireAndForget() => Detached();

    /// <summary>Goes on when one dependency has succeeded.</summary>
    public StepBuilder<TInput> JoinAny() => Set(_step with { Join = JoinPolicy.Any.Instance });

    /// <summary>Goes on when so many dependencies (or items of one mapped dependency) have succeeded.</summary>
    public StepBuilder<TInput> JoinQuorum(int count) => Set(_step with { Join = new JoinPolicy.Quorum(count) });

    /// <summary>Goes on at the deadline with what there is, if it is enough.</summary>
    public StepBuilder<TInput> JoinDeadline(TimeSpan deadline, int atLeast) =>
        Set(_step with { Join = new JoinPolicy.Deadline(deadline, atLeast) });

    /// <summary>
    /// Limits across all invocations; see <see cref="StepLimit"/>. Not of delays, waits and children, which take no
    /// worker.
    /// </summary>
    public StepBuilder<TInput> Limit(int? concurrency = null, double? perSecond = null, string? queue = null) =>
        Set(_step with { Limit = new StepLimit(queue, concurrency, perSecond) });

    /// <summary>A label.</summary>
    public StepBuilder<TInput> Label(string key, string value) =>
        Set(_step with { Labels = _step.Labels.SetItem(key, value) });

    /// <summary>How long it takes, for analysis.</summary>
    public StepBuilder<TInput> Duration(TimeSpan declared) => Set(_step with { Duration = declared });

    /// <summary>Entity state it reads, as <c>type</c> or <c>type/path</c>; for analysis.</summary>
    public StepBuilder<TInput> Reads(params string[] entities) =>
        Set(_step with { Reads = _step.Reads.AddRange(entities) });

    /// <summary>Entity state it writes; for analysis.</summary>
    public StepBuilder<TInput> Writes(params string[] entities) =>
        Set(_step with { Writes = _step.Writes.AddRange(entities) });

    /// <summary>In a pipeline: a deterministic function of its input.</summary>
    public StepBuilder<TInput> Pure() => Set(_step with { Pure = true });

    /// <summary>
    /// How it is undone if the invocation fails after it took effect. What undoes it is given what the step is given.
    /// </summary>
    public StepBuilder<TInput> Undo(Action<UndoBuilder> undo)
    {
        ArgumentNullException.ThrowIfNull(undo);
        var builder = new UndoBuilder($"the undo of step '{_name}'");
        undo(builder);
        var action = builder.Action();
        Errors.AddRange(builder.Errors);
        _undoTypes = builder.Types;
        return Set(_step with { Undo = action });
    }

    /// <summary>It is undone by a handler class, which is given what the step is given.</summary>
    public StepBuilder<TInput> Undo<THandler>() where THandler : class => Undo(undo => undo.Call<THandler>());

    internal BuiltStep Finish()
    {
        var step = _step with { Action = Action() };
        if (step.Each is { } each)
            step = step with { Each = each with { Parallel = _parallel } };
        else if (_parallel is not null)
            Error("misplaced-key", "has Parallel(...), but no Each(...); add it, or use Limit");
        return new BuiltStep(step, _retry, Types, _undoTypes, _inputType, _collectionType);
    }

    private StepBuilder<TInput> Set(Step step)
    {
        _step = step;
        return this;
    }

    private StepBuilder<TInput> Schema(string key, string json, Func<Step, string, Step> set)
    {
        try
        {
            return Set(set(_step, CanonicalJson.Of(json)));
        }
        catch (JsonException e)
        {
            Error("schema", $"has a schema '{key}' that is not JSON: {e.Message}");
            return this;
        }
    }

    private string? PathOf(LambdaExpression lambda)
    {
        try
        {
            return InputPath.Write("$.input", lambda);
        }
        catch (ArgumentException e)
        {
            Error("path", $"has a path that is none: {e.Message}");
            return null;
        }
    }
}
