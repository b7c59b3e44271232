using System.Collections.Immutable;
using Actors.Core.Definitions.Canonical;
using Actors.Core.Definitions.Reading;
using Actors.Core.Text;

namespace Actors.Cli.Scenarios;

/// <summary>Reads the root of a scenario file, its services and its reports.</summary>
internal static class ScenarioReader
{
    public const int CasesMax = 1_000;
    public const int ServicesMax = 32;

    private static readonly TimeSpan StartTimeoutDefault = TimeSpan.FromSeconds(30);

    public static Scenario Read(MappingNode root, FileErrors errors)
    {
        var file = new MappingReader(root, "the scenario", errors);
        file.RefuseUnknown(["scenario", "description", "processes", "services", "cases", "after"]);
        var services = ReadServices(file);
        var targets = new TargetRule(services);
        return new Scenario(
            file.RequiredText("scenario", "the name of the scenario") ?? "",
            file.Text("description"),
            file.Texts("processes", "a list of process files"),
            services,
            ReadCases(file, targets),
            ReadReports(file, targets));
    }

    /// <summary>The elements of a list of mappings below a key.</summary>
    public static IEnumerable<MappingReader> Mappings(MappingReader owner, string key, string element)
    {
        if (owner.Node(key) is not { } node) yield break;
        if (node is not SequenceNode list)
        {
            owner.Wrong(key, $"a list of {element}s");
            yield break;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is MappingNode mapping) yield return owner.Below($"{element} {i + 1}", mapping);
            else owner.Wrong(key, list.Items[i], $"a list of {element}s, each a mapping");
        }
    }

    public static Payload? Json(MappingReader owner, string key) =>
        owner.Node(key) is { } node ? Payload.FromJson(CanonicalJson.Of(node)) : null;

    private static ImmutableArray<ScenarioService> ReadServices(MappingReader file)
    {
        if (file.Mapping("services", "services by name") is not { } all) return [];
        if (all.Fields.Count > ServicesMax)
            file.Errors.Add("too-many", all.Line, $"a scenario has at most {ServicesMax} services");
        var services = ImmutableArray.CreateBuilder<ScenarioService>();
        foreach (var field in all.Fields)
        {
            if (!Names.IsName(field.Key))
                file.Errors.Add("wrong-name", field.Line, $"'{field.Key}' is not a name that a service can have");
            if (all.Mapping(field.Key, "project or command, args, env, ready, timeout") is { } service)
                services.Add(ReadService(field.Key, service));
        }

        return services.ToImmutable();
    }

    private static ScenarioService ReadService(string name, MappingReader fields)
    {
        fields.RefuseUnknown(["project", "command", "args", "env", "ready", "timeout"]);
        if (fields.Has("project") == fields.Has("command"))
        {
            fields.Errors.Add("no-program", fields.Line,
                $"{fields.Thing} takes either 'project' (a .NET project) or 'command' (a program and its arguments)");
        }

        var service = new ScenarioService(
            name,
            fields.Text("project", "the path of a .NET project"),
            fields.Texts("command", "a list: the program and its arguments"),
            fields.Texts("args", "a list of arguments"),
            fields.TextMap("env", StringComparer.Ordinal),
            fields.Text("ready", "a path such as /health"),
            fields.Duration("timeout") ?? StartTimeoutDefault);
        if (service.ReadyPath is { } path && !path.StartsWith('/')) fields.Wrong("ready", "a path such as /health");
        if (service is { TakesPort: true, ReadyPath: null })
        {
            fields.Errors.Add("no-readiness", fields.Line,
                $"{fields.Thing} is handed a port, so it has to say when it is ready: add 'ready: /PATH'");
        }

        return service;
    }

    private static ImmutableArray<ScenarioCase> ReadCases(MappingReader file, TargetRule targets)
    {
        if (!file.Has("cases")) file.Missing("cases", "a list of cases");
        var cases = ImmutableArray.CreateBuilder<ScenarioCase>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fields in Mappings(file, "cases", "case"))
        {
            var read = CaseReader.Read(fields, targets);
            if (!names.Add(read.Name))
            {
                fields.Errors.Add("duplicate-name", fields.LineOf("name"),
                    $"there are two cases '{read.Name}'; rename one");
            }


            cases.Add(read);
        }

        if (cases.Count > CasesMax)
            file.Errors.Add("too-many", file.LineOf("cases"), $"a scenario has at most {CasesMax} cases");
        return cases.ToImmutable();
    }

    private static ImmutableArray<ScenarioReport> ReadReports(MappingReader file, TargetRule targets)
    {
        var reports = ImmutableArray.CreateBuilder<ScenarioReport>();
        foreach (var fields in Mappings(file, "after", "report"))
        {
            fields.RefuseUnknown(["title", "get", "rows", "columns", "expect"]);
            var target = fields.RequiredText("get", TargetRule.Form) ?? "";
            targets.Check(fields, "get", target);
            reports.Add(new ScenarioReport(
                fields.Text("title") ?? target,
                target,
                fields.Text("rows", "the name of a field"),
                fields.Texts("columns", "a list of fields"),
                Json(fields, "expect")));
        }

        return reports.ToImmutable();
    }
}

/// <summary>A request goes to <c>service/path</c>, and the service is one of the scenario's.</summary>
internal sealed class TargetRule(ImmutableArray<ScenarioService> services)
{
    public const string Form = "a service and a path, such as shop/ledger";

    private readonly ImmutableArray<string> _names = [.. services.Select(service => service.Name)];

    public void Check(MappingReader owner, string key, string target)
    {
        if (!owner.Has(key)) return;
        if (target.IndexOf('/', StringComparison.Ordinal) is var slash && slash <= 0)
        {
            owner.Wrong(key, Form);
            return;
        }

        var name = target[..slash];
        if (_names.Contains(name, StringComparer.Ordinal)) return;
        owner.Errors.Add("unknown-service", owner.LineOf(key),
            $"{owner.Thing}: '{key}' names the service '{name}', which the scenario does not start",
            Spelling.Nearest(name, _names));
    }
}
