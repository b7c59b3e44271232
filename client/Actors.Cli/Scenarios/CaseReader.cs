using System.Collections.Immutable;
using Actors.Core.Definitions.Reading;

namespace Actors.Cli.Scenarios;

/// <summary>Reads one case of a scenario file.</summary>
internal static class CaseReader
{
    private static readonly TimeSpan TimeoutDefault = TimeSpan.FromMinutes(1);

    private static readonly ImmutableArray<string> Methods = ["get", "post", "put", "patch", "delete"];

    private static readonly ImmutableArray<(string, InvocationStatus)> Statuses =
    [
        ("completed", InvocationStatus.Completed), ("failed", InvocationStatus.Failed),
        ("cancelled", InvocationStatus.Cancelled),
    ];

    private static readonly ImmutableArray<(string, StepStatus)> StepStatuses =
    [
        ("succeeded", StepStatus.Succeeded), ("failed", StepStatus.Failed), ("skipped", StepStatus.Skipped),
        ("cancelled", StepStatus.Cancelled), ("undone", StepStatus.Undone), ("undoFailed", StepStatus.UndoFailed),
        ("pending", StepStatus.Pending), ("waiting", StepStatus.Waiting),
    ];

    public static ScenarioCase Read(MappingReader fields, TargetRule targets)
    {
        fields.RefuseUnknown(["name", "process", "input", "key", "before", "signals", "expect", "timeout"]);
        return new ScenarioCase(
            fields.RequiredText("name", "what people call the case") ?? "",
            fields.RequiredText("process", "the name of a process") ?? "",
            ScenarioReader.Json(fields, "input") ?? Payload.Null,
            fields.Text("key", "an idempotency key"),
            ReadRequests(fields, targets),
            ReadSignals(fields),
            ReadExpectation(fields),
            fields.Duration("timeout") ?? TimeoutDefault) { ProcessLine = fields.LineOf("process") };
    }

    private static ImmutableArray<ScenarioRequest> ReadRequests(MappingReader owner, TargetRule targets)
    {
        var requests = ImmutableArray.CreateBuilder<ScenarioRequest>();
        foreach (var fields in ScenarioReader.Mappings(owner, "before", "request"))
        {
            fields.RefuseUnknown([.. Methods, "body"]);
            var methods = Methods.Where(fields.Has).ToArray();
            if (methods is not [var method])
            {
                fields.Errors.Add("no-request", fields.Line,
                    $"{fields.Thing} takes exactly one of {string.Join(", ", Methods)}, and may have a body");
                continue;
            }

            var target = fields.RequiredText(method, TargetRule.Form) ?? "";
            targets.Check(fields, method, target);
            requests.Add(new ScenarioRequest(method.ToUpperInvariant(), target, ScenarioReader.Json(fields, "body")));
        }

        return requests.ToImmutable();
    }

    private static ImmutableArray<ScenarioSignal> ReadSignals(MappingReader owner)
    {
        var signals = ImmutableArray.CreateBuilder<ScenarioSignal>();
        foreach (var fields in ScenarioReader.Mappings(owner, "signals", "signal"))
        {
            fields.RefuseUnknown(["name", "payload"]);
            var name = fields.RequiredText("name", "the name of a signal") ?? "";
            signals.Add(new ScenarioSignal(name, ScenarioReader.Json(fields, "payload") ?? Payload.Null));
        }

        return signals.ToImmutable();
    }

    private static ScenarioExpectation ReadExpectation(MappingReader owner)
    {
        var nothing = ImmutableSortedDictionary.Create<string, StepExpectation>(StringComparer.Ordinal);
        if (owner.Mapping("expect", "status, failure, output, steps") is not { } fields)
            return new ScenarioExpectation(InvocationStatus.Completed, null, null, nothing);
        fields.RefuseUnknown(["status", "failure", "output", "steps"]);
        var status = fields.Word("status", Statuses) ?? InvocationStatus.Completed;
        if (status == InvocationStatus.Completed && fields.Has("failure"))
        {
            fields.Errors.Add("contradiction", fields.LineOf("failure"),
                $"{fields.Thing}: a completed invocation has no failure; write 'status: failed'");
        }

        return new ScenarioExpectation(
            status,
            fields.Text("failure", "the type of a failure, such as http-402"),
            ScenarioReader.Json(fields, "output"),
            nothing.AddRange(ReadSteps(fields)));
    }

    // A step is a status, or a mapping of status and attempts.
    private static IEnumerable<KeyValuePair<string, StepExpectation>> ReadSteps(MappingReader owner)
    {
        if (owner.Mapping("steps", "states by name of step") is not { } all) yield break;
        foreach (var field in all.Fields)
        {
            if (field.Value is ScalarNode)
            {
                yield return new(field.Key, new StepExpectation(all.Word(field.Key, StepStatuses), null));
            }
            else if (all.Mapping(field.Key, "status and attempts") is { } step)
            {
                step.RefuseUnknown(["status", "attempts"]);
                var expected = new StepExpectation(step.Word("status", StepStatuses), step.Integer("attempts"));
                yield return new(field.Key, expected);
            }
        }
    }
}
