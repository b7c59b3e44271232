using System.Collections.Frozen;
using System.Collections.Immutable;
using Actors.Core.JsonPath;
using Actors.Core.Schemas;
using Actors.Core.Templates;
using Actors.Definitions;

namespace Actors.Core.Processes;

/// <summary>
/// A valid step map, ready to run: names are resolved to positions, paths and templates are compiled. Immutable,
/// shared by all invocations that pin it. Positions are internal to a compiled process; only names are ever stored.
/// </summary>
public sealed class CompiledProcess
{
    private readonly FrozenDictionary<string, int> _positions;

    private CompiledProcess(StepMap map, string hash, FrozenDictionary<string, int> positions)
    {
        Map = map;
        Hash = hash;
        _positions = positions;
    }

    /// <summary>The map.</summary>
    public StepMap Map { get; }

    /// <summary>Content hash of the map.</summary>
    public string Hash { get; }

    /// <summary>The steps, in the order of the map.</summary>
    public ImmutableArray<CompiledStep> Steps { get; private set; } = [];

    /// <summary>Schema of the input; null takes anything.</summary>
    public JsonSchema? InputSchema { get; private set; }

    /// <summary>Path to the idempotency key in the input; null: none.</summary>
    public JsonPathQuery? Key { get; private set; }

    /// <summary>Template of the output; null: by the model's default.</summary>
    public CompiledTemplate? Output { get; private set; }

    /// <summary>How many steps must be settled before the invocation can complete: all but the detached ones.</summary>
    public int AwaitedSteps { get; private set; }

    /// <summary>Whether the map is run as a pipeline.</summary>
    public bool IsPipeline => Map.Model == ProcessModel.Pipeline;

    /// <summary>Whether consecutive pure stages run in one go.</summary>
    public bool IsDirect => IsPipeline && (Map.Pipeline?.Mode ?? PipelineMode.Direct) == PipelineMode.Direct;

    /// <summary>Position of a step.</summary>
    /// <returns>False if the map has no step of that name.</returns>
    public bool TryFind(string name, out int position) => _positions.TryGetValue(name, out position);

    /// <summary>Compiles a map that the validator has found to be valid.</summary>
    /// <param name="map">The map.</param>
    /// <param name="hash">Its content hash.</param>
    /// <exception cref="TerminalException">It is not valid after all.</exception>
    public static CompiledProcess Compile(StepMap map, string hash)
    {
        var positions = new Dictionary<string, int>(map.Steps.Length, StringComparer.Ordinal);
        for (var i = 0; i < map.Steps.Length; i++) positions.Add(map.Steps[i].Name, i);
        var process = new CompiledProcess(map, hash, positions.ToFrozenDictionary(StringComparer.Ordinal));

        var dependencies = DependenciesOf(map, positions);
        var dependents = DependentsOf(dependencies);
        var steps = ImmutableArray.CreateBuilder<CompiledStep>(map.Steps.Length);
        for (var i = 0; i < map.Steps.Length; i++)
        {
            steps.Add(StepCompiler.Compile(map, i, positions, dependencies[i], dependents[i]));
            if (!map.Steps[i].Detached) process.AwaitedSteps++;
        }

        process.Steps = steps.MoveToImmutable();
        process.Output = map.Output is { } output ? StepCompiler.Template(output, "output", map.Process) : null;
        process.InputSchema = map.InputSchema is { } schema ? StepCompiler.Schema(schema, map.Process) : null;
        process.Key = map.Key is { } key ? StepCompiler.Query(key, map.Process) : null;
        return process;
    }

    private static ImmutableArray<int>[] DependenciesOf(StepMap map, Dictionary<string, int> positions)
    {
        var dependencies = new ImmutableArray<int>[map.Steps.Length];
        for (var i = 0; i < dependencies.Length; i++)
        {
            dependencies[i] = map.Model == ProcessModel.Pipeline
                ? i == 0 ? [] : [i - 1]
                : [.. map.Steps[i].After.Select(name => positions[name])];
        }

        return dependencies;
    }

    private static ImmutableArray<int>[] DependentsOf(ImmutableArray<int>[] dependencies)
    {
        var builders = new ImmutableArray<int>.Builder?[dependencies.Length];
        for (var i = 0; i < dependencies.Length; i++)
        {
            foreach (var d in dependencies[i]) (builders[d] ??= ImmutableArray.CreateBuilder<int>()).Add(i);
        }

        return [.. builders.Select(b => b?.ToImmutable() ?? [])];
    }
}
