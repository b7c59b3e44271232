using Actors.Core.Definitions.Reading;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>One check of one map: what the rules share.</summary>
internal sealed class MapCheck
{
    // Looking for the nearest name costs the length of both; large maps with many wrong names stop suggesting.
    private long _suggestionsLeft = 2_000_000;

    public MapCheck(StepMap map, SourcePositions? positions, FileErrors errors)
    {
        Map = map;
        Positions = positions;
        Errors = errors;
        for (var i = 0; i < map.Steps.Length; i++) Index.TryAdd(map.Steps[i].Name, i);
        Dependencies = new int[map.Steps.Length][];
    }

    public StepMap Map { get; }

    public FileErrors Errors { get; }

    /// <summary>Position of each step by name; of equal names the first.</summary>
    public Dictionary<string, int> Index { get; } = new(StringComparer.Ordinal);

    /// <summary>Known dependencies of each step. Filled by <see cref="DependencyRules"/>.</summary>
    public int[][] Dependencies { get; }

    /// <summary>
    /// Steps in an order in which each comes after its dependencies; without those in or behind a cycle.
    /// </summary>
    public int[] Order { get; set; } = [];

    private SourcePositions? Positions { get; }

    /// <summary>An error in a step, at one of its keys.</summary>
    public void Add(string rule, int step, ReadOnlySpan<string> path, string message, string? suggestion = null) =>
        Errors.Add(rule, Positions?.LineOf(step, path) ?? 0, $"step '{Map.Steps[step].Name}' {message}", suggestion);

    /// <summary>An error in the map itself, at one of its keys.</summary>
    public void Add(string rule, ReadOnlySpan<string> path, string message, string? suggestion = null) =>
        Errors.Add(rule, Positions?.LineOf(path) ?? 0, $"process '{Map.Process}' {message}", suggestion);

    /// <summary>The step that was probably meant by another one; null if none is near.</summary>
    public string? NearestStep(string name, int asker = -1)
    {
        var self = asker < 0 ? null : Map.Steps[asker].Name;
        return Nearest(name, self is null ? Index.Keys : Index.Keys.Where(step => step != self), Index.Count);
    }

    /// <summary>The service that was probably meant; null if none is near.</summary>
    public string? NearestService(string name) => Nearest(name, Map.Services.Keys, Map.Services.Count);

    private string? Nearest(string name, IEnumerable<string> known, int count)
    {
        _suggestionsLeft -= count;
        return _suggestionsLeft < 0 ? null : Spelling.Nearest(name, known);
    }
}
