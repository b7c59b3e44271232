using System.Collections.Immutable;
using Actors.Core.Definitions.Canonical;
using Actors.Core.Definitions.Validation;
using Actors.Definitions;

namespace Actors.Core.Definitions.Reading;

/// <summary>Reads the root of a process file.</summary>
internal static class MapReader
{
    private static readonly ImmutableArray<string> Keys =
    [
        "process", "version", "model", "description", "input", "key", "deadline", "onFailure", "services", "defaults",
        "pipeline", "labels", "steps", "output",
    ];

    private static readonly ImmutableArray<string> OtherModels = ["machine", "choreography", "code", "swarm"];

    private static readonly ImmutableArray<(string, ProcessModel)> Models =
        [("graph", ProcessModel.Graph), ("pipeline", ProcessModel.Pipeline)];

    private static readonly ImmutableArray<(string, SiblingPolicy)> SiblingPolicies =
        [("cancel", SiblingPolicy.Cancel), ("finish", SiblingPolicy.Finish)];

    private static readonly ImmutableArray<(string, PipelineMode)> PipelineModes =
        [("direct", PipelineMode.Direct), ("queued", PipelineMode.Queued)];

    /// <summary>
    /// The map, as far as it could be read; its steps are default where there are none to speak of, which is then among
    /// the errors. Null for a model of another version, whose rules are not known.
    /// </summary>
    public static StepMap? Read(MappingNode root, FileErrors errors)
    {
        var name = (root.Find("process")?.Value as ScalarNode)?.Text;
        var file = new MappingReader(root, name is null ? "the process" : $"process '{name}'", errors);
        file.RefuseUnknown(Keys);
        var model = ReadModel(file);
        var map = new StepMap
        {
            Process = file.RequiredText("process", "the name of the process") ?? "unnamed",
            Version = file.Integer("version") ?? 1,
            Model = model ?? ProcessModel.Graph,
            Pipeline = ReadPipeline(file),
            Description = file.Text("description"),
            InputSchema = file.Node("input") is { } schema ? CanonicalJson.Of(schema) : null,
            Key = file.Text("key", "a path into the input"),
            Deadline = file.Duration("deadline"),
            OnFailure = file.Word("onFailure", SiblingPolicies) ?? SiblingPolicy.Cancel,
            Services = ReadServices(file),
            Output = file.Template("output"),
            Labels = file.TextMap("labels", StringComparer.Ordinal),
        };
        var steps = ReadSteps(file, map.Services);
        if (model is null) return null;
        map = map with { Steps = steps };
        return steps.IsDefault ? map : ImpliedParts.Fill(map);
    }

    private static ProcessModel? ReadModel(MappingReader file)
    {
        if (file.Node("model") is not ScalarNode scalar || !OtherModels.Contains(scalar.Text, StringComparer.Ordinal))
        {
            // Of a misspelt model the rest is checked all the same, as what it most likely is.
            var likely = file.Has("pipeline") ? ProcessModel.Pipeline : ProcessModel.Graph;
            return file.Has("model") ? file.Word("model", Models) ?? likely : ProcessModel.Graph;
        }

        file.Errors.Add("not-in-this-version", scalar.Line,
            $"{file.Thing}: model '{scalar.Text}' is not in this version; models: graph, pipeline");
        return null;
    }

    private static PipelineOptions? ReadPipeline(MappingReader file)
    {
        if (file.Mapping("pipeline", "mode and capacity") is not { } pipeline) return null;
        pipeline.RefuseUnknown(["mode", "capacity"]);
        var defaults = new PipelineOptions();
        return new PipelineOptions(
            pipeline.Word("mode", PipelineModes) ?? defaults.Mode, pipeline.Integer("capacity") ?? defaults.Capacity);
    }

    private static ImmutableSortedDictionary<string, ServiceDefinition> ReadServices(MappingReader file)
    {
        var services = ImmutableSortedDictionary.CreateBuilder<string, ServiceDefinition>(StringComparer.Ordinal);
        if (file.Mapping("services", "services by name") is not { } all) return services.ToImmutable();
        foreach (var field in all.Fields)
        {
            if (all.Mapping(field.Key, "url, timeout and headers") is not { } service) continue;
            service.RefuseUnknown(["url", "timeout", "headers"]);
            services[field.Key] = new ServiceDefinition(
                service.RequiredText("url", "an address that starts with http:// or https://") ?? "http://unreadable",
                service.Duration("timeout"),
                service.TextMap("headers", StringComparer.OrdinalIgnoreCase));
        }

        return services.ToImmutable();
    }

    private static StepDefaults ReadDefaults(MappingReader file)
    {
        if (file.Mapping("defaults", "retry and timeout") is not { } defaults) return StepDefaults.None;
        defaults.RefuseUnknown(["retry", "timeout"]);
        var retry = PolicyReader.ReadRetry(defaults, RetryPolicy.Default);
        var timeout = PolicyReader.ReadTimeout(defaults);
        // Told here, once: what breaks a rule is not handed on to the steps, which would each break it again.
        var isRetry = StepRules.CheckRetry(retry, (key, message) => Add("retry", key, message));
        var isTimeout = StepRules.CheckTimeout(timeout, (key, message) => Add("timeout", key, message));
        return new StepDefaults(isRetry ? retry : RetryPolicy.Default, isTimeout ? timeout : StepDefaults.None.Timeout);

        void Add(string rule, string key, string message)
        {
            var line = (defaults.Node(rule) as MappingNode)?.Find(key)?.Line ?? defaults.LineOf(rule);
            defaults.Errors.Add(rule, line, $"{defaults.Thing}: {message}");
        }
    }

    private static ImmutableArray<Step> ReadSteps(
        MappingReader file, ImmutableSortedDictionary<string, ServiceDefinition> services)
    {
        var defaults = ReadDefaults(file);
        if (!file.Has("steps")) file.Missing("steps", "the steps by name");
        if (file.Mapping("steps", "the steps by name") is not { } all) return default;
        var steps = ImmutableArray.CreateBuilder<Step>(all.Fields.Count);
        foreach (var field in all.Fields)
        {
            if (field.Value is not MappingNode mapping)
            {
                var kinds = string.Join(", ", ActionReader.Kinds);
                file.Errors.Add("wrong-value", field.Line,
                    $"step '{field.Key}' takes a mapping, but is {field.Value.Describe()}; give it one of {kinds}");
                var unreadable = new ScalarNode(field.Line, ScalarKind.Text, "unreadable");
                mapping = new MappingNode(field.Line, [new Field("handler", field.Line, unreadable)]);
            }

            var reader = new MappingReader(mapping, $"step '{field.Key}'", file.Errors);
            var step = StepReader.Read(field.Key, reader, defaults, out _);
            steps.Add(defaults.ApplyTimeout(step, services));
        }

        return steps.MoveToImmutable();
    }
}
