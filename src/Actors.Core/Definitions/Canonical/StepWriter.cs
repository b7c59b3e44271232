using System.Collections.Immutable;
using System.Text.Json;
using Actors.Definitions;

namespace Actors.Core.Definitions.Canonical;

/// <summary>Writes one step.</summary>
internal static class StepWriter
{
    public static void Write(Utf8JsonWriter json, Step step)
    {
        json.WriteStartObject(step.Name);
        WriteAction(json, step.Action);
        MapWriter.WriteTexts(json, "after", step.After);
        PolicyWriter.WriteJoin(json, step.Join);
        if (step.When is { } when) json.WriteString("when", when);
        if (step.Each is { } each)
        {
            json.WriteString("each", each.Path);
            if (each.Parallel is { } parallel) json.WriteNumber("parallel", parallel);
        }

        if (step.Input is { } input) MapWriter.WriteJson(json, "input", input.Json);
        if (step.In is { } taken) MapWriter.WriteJson(json, "in", taken);
        if (step.Out is { } given) MapWriter.WriteJson(json, "out", given);
        PolicyWriter.WriteTimeout(json, step.Timeout);
        if (!step.Retry.Equals(MapWriter.FrozenRetry)) PolicyWriter.WriteRetry(json, step.Retry);
        MapWriter.WriteTexts(json, "permanent", step.Permanent);
        if (step.Undo is { } undo)
        {
            json.WriteStartObject("undo");
            WriteAction(json, undo);
            json.WriteEndObject();
        }

        if (step.Detached) json.WriteBoolean("detached", true);
        if (step.Pure) json.WriteBoolean("pure", true);
        PolicyWriter.WriteLimit(json, step.Limit);
        if (step.Duration is { } duration) json.WriteString("duration", Durations.Format(duration));
        MapWriter.WriteTexts(json, "reads", step.Reads);
        MapWriter.WriteTexts(json, "writes", step.Writes);
        MapWriter.WriteTexts(json, "labels", step.Labels);
        json.WriteEndObject();
    }

    private static void WriteAction(Utf8JsonWriter json, StepAction action)
    {
        switch (action)
        {
            case StepAction.Handler handler:
                json.WriteString("handler", handler.Name);
                break;
            case StepAction.Http http:
                WriteHttp(json, http);
                break;
            case StepAction.Delay delay:
                json.WriteString("delay",
                    Durations.TryParse(delay.Duration, out var time) ? Durations.Format(time) : delay.Duration);
                break;
            case StepAction.Wait wait:
                json.WriteString("wait", wait.Signal);
                break;
            case StepAction.Emit emit:
                json.WriteString("emit", emit.Event);
                if (emit.Data is { } data) MapWriter.WriteJson(json, "data", data.Json);
                break;
            case StepAction.Entity entity:
                json.WriteStartObject("entity");
                json.WriteString("type", entity.Type);
                json.WriteString("id", entity.Id);
                json.WriteString("operation", entity.Operation);
                json.WriteEndObject();
                break;
            case StepAction.Child child:
                json.WriteStartObject("child");
                json.WriteString("process", child.Process);
                if (child.Id is { } id) json.WriteString("id", id);
                json.WriteEndObject();
                break;
            case StepAction.Simulate simulate:
                WriteSimulate(json, simulate);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "not an action");
        }
    }

    private static void WriteHttp(Utf8JsonWriter json, StepAction.Http http)
    {
        json.WriteString(http.Method.ToLowerInvariant(), http.Url);
        MapWriter.WriteTexts(json, "headers", http.Headers);
        if (http.Body is { } body) MapWriter.WriteJson(json, "body", body.Json);
        WriteCodes(json, "success", http.Success);
        WriteCodes(json, "transient", http.Transient);
        if (http.Response is { } response) MapWriter.WriteJson(json, "response", response.Json);
        json.WriteNumber("responseMax", http.ResponseBytesMax);
    }

    private static void WriteCodes(Utf8JsonWriter json, string key, ImmutableArray<int> codes)
    {
        if (codes.IsDefaultOrEmpty) return;
        json.WriteStartArray(key);
        foreach (var code in codes) json.WriteNumberValue(code);
        json.WriteEndArray();
    }

    private static void WriteSimulate(Utf8JsonWriter json, StepAction.Simulate simulate)
    {
        json.WriteStartObject("simulate");
        json.WriteString("duration", Durations.Format(simulate.Duration));
        json.WriteString("distribution", simulate.Distribution switch
        {
            DurationDistribution.Uniform => "uniform",
            DurationDistribution.Exponential => "exponential",
            _ => "fixed",
        });
        PolicyWriter.WriteNumber(json, "failures", simulate.FailureRate);
        json.WriteEndObject();
    }
}
