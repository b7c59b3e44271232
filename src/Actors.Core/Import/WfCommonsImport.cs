using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Actors.Core.Definitions;
using Actors.Core.Definitions.Reading;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Core.Import;

/// <summary>
/// Turns a recorded scientific workflow (WfFormat 1.5 of the WfCommons project, https://wfcommons.org/format) into a
/// graph of steps that pretend to take as long as the recorded tasks took. They are not retried, and those of more than
/// half the default timeout have one of twice their duration and a minute. A step has the name of its task's id; where
/// that is not a legal name, the step is called by a legal one made from it, the same in every import, and the id is
/// kept in the label <c>wf.id</c>.
/// </summary>
public static class WfCommonsImport
{
    /// <summary>The largest file: 64 MiB as UTF-8.</summary>
    public const int TextBytesMax = 64 * 1024 * 1024;

    /// <summary>The label that keeps a task's id where that is no legal name.</summary>
    public const string IdLabel = "wf.id";

    private static readonly ImmutableSortedDictionary<string, string> NoLabels =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Reads a workflow. Never throws because of what the file holds.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="fileName">What errors call the file.</param>
    /// <returns>A valid map, or every error with its line.</returns>
    public static DefinitionResult Read(string json, string fileName)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(fileName);
        var errors = new FileErrors(fileName);
        var map = ReadMap(json, fileName, errors);
        if (map is not null && errors.IsEmpty) StepMapValidator.Check(map, null, errors);
        return map is not null && errors.IsEmpty
            ? DefinitionResult.Valid(map)
            : DefinitionResult.Invalid(errors.ToImmutable());
    }

    private static StepMap? ReadMap(string json, string fileName, FileErrors errors)
    {
        if (json.Length > TextBytesMax || Encoding.UTF8.GetByteCount(json) > TextBytesMax)
        {
            errors.Add("too-large", 0, $"the file is larger than {TextBytesMax / (1024 * 1024)} MiB");
            return null;
        }

        if (JsonNodes.Read(json.TrimStart('\uFEFF'), errors) is not { } root || !errors.IsEmpty) return null;
        if (root is not MappingNode mapping)
        {
            errors.Add("wrong-value", root.Line,
                $"a WfFormat file is an object with 'workflow', but this is {root.Describe()}");
            return null;
        }

        var file = new MappingReader(mapping, "the file", errors);
        CheckVersion(file);
        if (Required(file, "workflow") is not { } workflow) return null;
        var tasks = Required(workflow, "specification") is { } specification ? Tasks(specification) : [];
        var runtimes = Required(workflow, "execution") is { } execution ? Runtimes(execution) : [];
        var name = (file.Node("name") as ScalarNode)?.Text ?? fileName;
        return new StepMap
        {
            Process = LegalNames.Make(name),
            Description = $"Recorded workflow {name}",
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["wf.name"] = name }
                .ToImmutableSortedDictionary(StringComparer.Ordinal),
            Steps = Steps(tasks, runtimes, errors),
        };
    }

    private static void CheckVersion(MappingReader file)
    {
        if (file.RequiredText("schemaVersion", "the version of WfFormat, 1.5") is { } version && version != "1.5")
        {
            file.Errors.Add("schema-version", file.LineOf("schemaVersion"),
                $"the file is of WfFormat {version}; only 1.5 is read: convert it with the wfcommons tools");
        }
    }

    private static MappingReader? Required(MappingReader owner, string key)
    {
        if (!owner.Has(key)) owner.Missing(key, "an object");
        return owner.Mapping(key, "an object");
    }

    private static List<MappingReader> Tasks(MappingReader owner)
    {
        if (!owner.Has("tasks")) owner.Missing("tasks", "a list of tasks");
        else if (owner.Node("tasks") is not SequenceNode) owner.Wrong("tasks", "a list of tasks");
        var tasks = new List<MappingReader>();
        foreach (var item in (owner.Node("tasks") as SequenceNode)?.Items ?? [])
        {
            if (item is MappingNode mapping)
                tasks.Add(new MappingReader(mapping, $"task {tasks.Count + 1}", owner.Errors));
            else
                owner.Wrong("tasks", item, "a list of objects");
        }

        return tasks;
    }

    private static Dictionary<string, TimeSpan> Runtimes(MappingReader execution)
    {
        var runtimes = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var task in Tasks(execution))
        {
            if (task.RequiredText("id", "the id of a task") is not { } id) continue;
            if (!task.Has("runtimeInSeconds")) task.Missing("runtimeInSeconds", "seconds");
            var seconds = task.Number("runtimeInSeconds", "seconds") ?? 0;
            if (seconds < 0 || seconds > Durations.Max.TotalSeconds)
            {
                task.Wrong("runtimeInSeconds", "seconds from 0 to ten years");
                seconds = 0;
            }

            // One that is wrong has been reported; it is not missing as well.
            if (!runtimes.TryAdd(id, TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond))))
            {
                execution.Errors.Add("duplicate-name", task.LineOf("id"),
                    $"task '{id}' is executed twice; ids are unique");
            }
        }

        return runtimes;
    }

    private static ImmutableArray<Step> Steps(
        List<MappingReader> tasks, Dictionary<string, TimeSpan> runtimes, FileErrors errors)
    {
        var names = new LegalNames();
        var ids = tasks.ConvertAll(t => t.RequiredText("id", "the id of a task"));
        for (var i = 0; i < ids.Count; i++)
        {
            if (ids[i] is { } id && !names.TryAdd(id))
                errors.Add("duplicate-name", tasks[i].LineOf("id"), $"task '{id}' is there twice; ids are unique");
        }

        var parents = Parents(tasks, ids, names, errors);
        var steps = ImmutableArray.CreateBuilder<Step>(tasks.Count);
        for (var i = 0; i < ids.Count; i++)
        {
            if (ids[i] is not { } id) continue;
            if (!runtimes.TryGetValue(id, out var runtime))
            {
                errors.Add("missing-key", tasks[i].Line,
                    $"task '{id}' has no 'runtimeInSeconds' in workflow.execution.tasks");
            }

            steps.Add(new Step
            {
                Name = names[id],
                Action = new StepAction.Simulate(runtime, DurationDistribution.Fixed, 0),
                Duration = runtime,
                After = [.. parents[id].Select(p => names[p])],
                Timeout = TimeoutFor(runtime),
                Retry = RetryPolicies.None,
                Labels = names[id] == id ? NoLabels : NoLabels.Add(IdLabel, id),
            });
        }

        return steps.ToImmutable();
    }

    // Twice the duration: a busy machine wakes late, and a scale of simulated time up to 2 fits, too.
    private static StepTimeouts TimeoutFor(TimeSpan runtime)
    {
        var usual = Processes.StepDefaults.AttemptTimeout;
        if (runtime * 2 <= usual) return new StepTimeouts(null, null);
        var timeout = TimeSpan.FromSeconds(Math.Ceiling(runtime.TotalSeconds)) * 2 + usual;
        return new StepTimeouts(timeout < Durations.Max ? timeout : Durations.Max, null);
    }

    // The format states each edge twice, at its parent and at its child; real files may have only one of them.
    private static Dictionary<string, List<string>> Parents(
        List<MappingReader> tasks, List<string?> ids, LegalNames names, FileErrors errors)
    {
        var parents = ids.OfType<string>().Distinct(StringComparer.Ordinal)
            .ToDictionary(id => id, _ => new List<string>(), StringComparer.Ordinal);
        var edges = new HashSet<(string, string)>();
        for (var i = 0; i < tasks.Count; i++)
        {
            if (ids[i] is not { } id) continue;
            foreach (var parent in tasks[i].Texts("parents", "a list of ids"))
                Add(tasks[i], "parents", parent, id, parent);
            foreach (var child in tasks[i].Texts("children", "a list of ids"))
                Add(tasks[i], "children", id, child, child);
        }

        return parents;

        void Add(MappingReader task, string key, string parent, string child, string other)
        {
            if (!names.Contains(other))
            {
                errors.Add("unknown-dependency", task.LineOf(key),
                    $"task has '{other}' among its {key}, which is no task", names.Nearest(other));
            }
            else if (edges.Add((parent, child)))
            {
                parents[child].Add(parent);
            }
        }
    }
}

/// <summary>Legal, unique names for foreign ids: the same for the same ids in the same order.</summary>
internal sealed class LegalNames
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _repeats = new(StringComparer.Ordinal);

    public string this[string id] => _names[id];

    public bool Contains(string id) => _names.ContainsKey(id);

    public string? Nearest(string id) => Spelling.Nearest(id, _names.Keys);

    public bool TryAdd(string id)
    {
        if (_names.ContainsKey(id)) return false;
        var start = Make(id);
        var name = start;
        while (!_taken.Add(name))
        {
            var count = _repeats[start] = _repeats.GetValueOrDefault(start, 1) + 1;
            var suffix = string.Create(CultureInfo.InvariantCulture, $"-{count}");
            name = start[..Math.Min(start.Length, Names.NameCharactersMax - suffix.Length)] + suffix;
        }

        _names.Add(id, name);
        return true;
    }

    /// <summary>
    /// The id itself if it is a name; else with '-' for what a name can't hold, cut to its greatest length.
    /// </summary>
    public static string Make(string id)
    {
        if (Names.IsName(id)) return id;
        var name = new StringBuilder(id.Length);
        foreach (var c in id)
        {
            var isFit = char.IsAsciiLetterOrDigit(c) ||
                name.Length > 0 && (c is '_' or '-' or ':' || c == '.' && name[^1] != '.');
            if (isFit) name.Append(c);
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
            if (name.Length == Names.NameCharactersMax) break;
        }

        return name.Length == 0 ? "unnamed" : name.ToString();
    }
}
