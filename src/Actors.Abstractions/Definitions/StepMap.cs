using System.Collections.Immutable;

namespace Actors.Definitions;

/// <summary>Which process model runs a step map. The names are those of the file key <c>model</c>.</summary>
public enum ProcessModel
{
    /// <summary>Stages in the order they are written, one after the other.</summary>
    Pipeline = 1,

    /// <summary>
    /// Dependencies decide; independent steps run side by side; undo in reverse dependency order (saga).
    /// </summary>
    Graph = 2,
}

/// <summary>How a pipeline runs.</summary>
public enum PipelineMode
{
    /// <summary>Consecutive stages declared pure run in one go, with one checkpoint after the last of them.</summary>
    Direct = 1,

    /// <summary>
    /// A bounded queue before every stage; a full queue holds back the stage before it and, in the end, the caller.
    /// </summary>
    Queued = 2,
}

/// <summary>What happens to steps that are running when a sibling has failed for good.</summary>
public enum SiblingPolicy
{
    /// <summary>They are told to stop; what they have done is undone.</summary>
    Cancel = 1,

    /// <summary>They run to their end (with their retries) before compensation begins.</summary>
    Finish = 2,
}

/// <summary>
/// A process as data: its steps, how they depend on each other, and the model that runs them. Immutable; a file and its
/// C# twin give equal maps with equal content hashes. Paths, conditions and templates are kept as text here;
/// <c>Actors.Core</c> compiles and checks them.
/// </summary>
public sealed record StepMap
{
    /// <summary>Most steps in one map.</summary>
    public const int StepsMax = 100_000;

    /// <summary>Name of the process.</summary>
    public required string Process { get; init; }

    /// <summary>Version, from 1; raised by people.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The model that runs the map.</summary>
    public ProcessModel Model { get; init; } = ProcessModel.Graph;

    /// <summary>Settings of the pipeline model; null for other models.</summary>
    public PipelineOptions? Pipeline { get; init; }

    /// <summary>For humans; one paragraph.</summary>
    public string? Description { get; init; }

    /// <summary>JSON Schema (documented subset) of the input, as canonical JSON text; null takes anything.</summary>
    public string? InputSchema { get; init; }

    /// <summary>
    /// JSONPath to the idempotency key inside <c>$</c> = the input; null: the caller says, or a fresh id is made.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// From start to end, all retries included; reached, the invocation fails and is compensated. Null: none.
    /// </summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>What happens to running siblings of a failed step. Default: cancel.</summary>
    public SiblingPolicy OnFailure { get; init; } = SiblingPolicy.Cancel;

    /// <summary>Services that http steps call, by name, sorted by name.</summary>
    public ImmutableSortedDictionary<string, ServiceDefinition> Services { get; init; } =
        ImmutableSortedDictionary.Create<string, ServiceDefinition>(StringComparer.Ordinal);

    /// <summary>The steps, in the order they were written.</summary>
    public ImmutableArray<Step> Steps { get; init; } = [];

    /// <summary>Template of the output; null: the results of all last steps, by name.</summary>
    public Template? Output { get; init; }

    /// <summary>Free key/value pairs, sorted by key.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>Settings of the pipeline model.</summary>
/// <param name="Mode">Direct or queued. Default: direct.</param>
/// <param name="Capacity">Length of the queue before each stage, queued mode. Default: 16. Range: 1 to 100,000.</param>
public sealed record PipelineOptions(PipelineMode Mode = PipelineMode.Direct, int Capacity = 16);

/// <summary>A service that http steps call by name.</summary>
/// <param name="Url">Base address; configuration <c>Services:NAME:Url</c> of the silo overrides it.</param>
/// <param name="Timeout">Default attempt timeout of its steps; null: the engine's.</param>
/// <param name="Headers">Sent with every request; a value <c>secret:NAME</c> is read from configuration
/// <c>Secrets:NAME</c>.</param>
public sealed record ServiceDefinition(
    string Url, TimeSpan? Timeout, ImmutableSortedDictionary<string, string> Headers);

/// <summary>
/// JSON text in which every string that starts with <c>$</c> is a JSONPath and every <c>{$...}</c> inside a string is a
/// placeholder; <c>$$</c> at the start stands for a literal <c>$</c>.
/// </summary>
/// <param name="Json">Canonical JSON text.</param>
public readonly record struct Template(string Json)
{
    /// <inheritdoc/>
    public override string ToString() => Json;
}
