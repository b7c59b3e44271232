using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Text.Json;
using Actors.Core.Definitions;
using Actors.Core.Definitions.Canonical;
using Actors.Core.Definitions.Reading;
using Actors.Core.Definitions.Types;
using Actors.Core.Definitions.Validation;

namespace Actors.Definitions;

/// <summary>
/// Writes a process. Begin with <see cref="Process.Define{TInput}(string)"/>. Nothing throws before
/// <see cref="Build"/>, which reports every error at once.
/// </summary>
/// <typeparam name="TInput">What the process is started with; <see cref="JsonElement"/>: anything.</typeparam>
public sealed class ProcessBuilder<TInput>
{
    private readonly List<StepBuilder<TInput>> _steps = [];
    private readonly List<DefinitionError> _errors = [];
    private StepMap _map;
    private StepDefaults _defaults = StepDefaults.None;

    internal ProcessBuilder(string name) => _map = new StepMap { Process = name };

    /// <summary>Version, from 1. Default: 1.</summary>
    public ProcessBuilder<TInput> Version(int version) => Set(_map with { Version = version });

    /// <summary>For humans; one paragraph.</summary>
    public ProcessBuilder<TInput> Description(string text) => Set(_map with { Description = text });

    /// <summary>Runs the steps as a pipeline, in the order they are written. Default: as a graph.</summary>
    /// <param name="mode">Default: direct.</param>
    /// <param name="capacity">Length of the queue before each stage, queued mode. Default: 16.</param>
    public ProcessBuilder<TInput> Pipeline(PipelineMode mode = PipelineMode.Direct, int capacity = 16) =>
        Set(_map with { Model = ProcessModel.Pipeline, Pipeline = new PipelineOptions(mode, capacity) });

    /// <summary>JSON Schema of the input (documented subset), as JSON text.</summary>
    public ProcessBuilder<TInput> InputSchema(string json)
    {
        try
        {
            return Set(_map with { InputSchema = CanonicalJson.Of(json) });
        }
        catch (JsonException e)
        {
            return Error("schema", $"has an input schema that is not JSON: {e.Message}");
        }
    }

    /// <summary>JSONPath of the idempotency key inside the input: <c>$.orderId</c>.</summary>
    public ProcessBuilder<TInput> Key(string path) => Set(_map with { Key = path });

    /// <summary>The part of the input that is the idempotency key: a text or a number.</summary>
    public ProcessBuilder<TInput> Key<TValue>(Expression<Func<TInput, TValue>> part)
    {
        try
        {
            Key(InputPath.Write("$", part));
        }
        catch (ArgumentException e)
        {
            return Error("path", $"has a key that is no path: {e.Message}");
        }

        const JsonKinds keys = JsonKinds.Text | JsonKinds.Integer | JsonKinds.Fraction;
        var shape = new ClrShapes().Of(InputPath.TypeOf(part), isWritten: true);
        return (shape.Kinds & keys) != JsonKinds.None ? this : Error(
            "key",
            $"has the key '{part}', which is {Shape.Show(shape.Real)}; a key is a text or a number, such as " +
            "o => o.OrderId");
    }

    /// <summary>From start to end of an invocation. Default: none.</summary>
    public ProcessBuilder<TInput> Deadline(TimeSpan deadline) => Set(_map with { Deadline = deadline });

    /// <summary>What happens to running siblings of a failed step. Default: cancel.</summary>
    public ProcessBuilder<TInput> OnFailure(SiblingPolicy policy) => Set(_map with { OnFailure = policy });

    /// <summary>Declares a service that http steps call by name; see <see cref="ServiceDefinition"/>.</summary>
    public ProcessBuilder<TInput> Service(
        string name, string url, TimeSpan? timeout = null, IReadOnlyDictionary<string, string>? headers = null)
    {
        var sorted = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase)
            .SetItems(headers ?? ImmutableDictionary<string, string>.Empty);
        return Set(_map with { Services = _map.Services.SetItem(name, new ServiceDefinition(url, timeout, sorted)) });
    }

    /// <summary>
    /// Retries of steps, and of the parts that steps leave open. Default: <see cref="RetryPolicy.Default"/>.
    /// </summary>
    public ProcessBuilder<TInput> DefaultRetry(
        int? attemptsMax = null, TimeSpan? firstDelay = null, double? backoff = null, TimeSpan? maxDelay = null,
        bool? jitter = null, string[]? on = null)
    {
        var retry = new RetryOverride(attemptsMax, firstDelay, backoff, maxDelay, jitter, on).Over(RetryPolicy.Default);
        _defaults = _defaults with { Retry = retry };
        return this;
    }

    /// <summary>Timeouts of steps that have none and are not waits, delays or children.</summary>
    public ProcessBuilder<TInput> DefaultTimeout(TimeSpan? attempt = null, TimeSpan? step = null)
    {
        _defaults = _defaults with { Timeout = new StepTimeouts(attempt, step) };
        return this;
    }

    /// <summary>A label.</summary>
    public ProcessBuilder<TInput> Label(string key, string value) =>
        Set(_map with { Labels = _map.Labels.SetItem(key, value) });

    /// <summary>Adds a step.</summary>
    /// <param name="name">Stable name, unique in the process.</param>
    /// <param name="write">Says what it does.</param>
    public ProcessBuilder<TInput> Step(string name, Action<StepBuilder<TInput>> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var step = new StepBuilder<TInput>(name);
        write(step);
        _steps.Add(step);
        return this;
    }

    /// <summary>
    /// The output: any value; its strings that start with <c>$</c> are paths. Default: results of all last steps.
    /// </summary>
    public ProcessBuilder<TInput> Output(object? template)
    {
        try
        {
            return Set(_map with { Output = Templates.Of(template, $"process '{_map.Process}': 'output'") });
        }
        catch (DefinitionException e)
        {
            _errors.AddRange(e.Errors);
            return this;
        }
    }

    /// <summary>The map.</summary>
    /// <exception cref="DefinitionException">It breaks rules; holds every error there is.</exception>
    public StepMap Build() => TryBuild().MapOrThrow();

    /// <summary>The map, or every error there is. Can be called again after more was written.</summary>
    public DefinitionResult TryBuild()
    {
        var built = _steps.ConvertAll(s => s.Finish());
        var map = ImpliedParts.Fill(_map with { Steps = [.. built.Select(Complete)] });
        var errors = new FileErrors(null);
        foreach (var error in _errors.Concat(_steps.SelectMany(s => s.Errors)).Distinct())
            errors.Add(error.Rule, 0, error.Message, error.Suggestion);
        StepMapValidator.Check(map, null, errors);
        EffectRules.CheckRetries(new MapCheck(map, null, errors), i => built[i].Retry?.Stated);
        TypeRules.Check(map, built, typeof(TInput), errors);
        return errors.IsEmpty ? DefinitionResult.Valid(map) : DefinitionResult.Invalid(errors.ToImmutable());
    }

    private Step Complete(BuiltStep built) => _defaults.ApplyTimeout(
        built.Step with { Retry = built.Retry?.Over(_defaults.Retry) ?? _defaults.Retry }, _map.Services);

    private ProcessBuilder<TInput> Set(StepMap map)
    {
        _map = map;
        return this;
    }

    private ProcessBuilder<TInput> Error(string rule, string message)
    {
        _errors.Add(new DefinitionError(rule, $"process '{_map.Process}' {message}"));
        return this;
    }
}
