using System.Buffers;
using System.Text.Json;
using Actors.Core.JsonPath;
using Actors.Core.Processes;

namespace Actors.Core.Invocations;

/// <summary>
/// The document that paths see: <c>$.input</c>, <c>$.steps.NAME.{status,result,failure,attempts,items}</c>,
/// <c>$.item</c> in a mapped step, <c>$.context.{invocation,process,tenant,correlation,startedAt,run}</c>. Produced
/// on demand.
/// </summary>
public sealed class InvocationDocument : JsonView
{
    private readonly InvocationState _state;
    private readonly CompiledStep? _step;
    private readonly int _item;

    /// <summary>As a step, or one item of it, sees it.</summary>
    public InvocationDocument(InvocationState state, CompiledStep? step = null, int item = -1)
    {
        _state = state;
        _step = step;
        _item = item;
    }

    /// <summary>What the action of a step receives.</summary>
    /// <exception cref="TerminalException">A placeholder gives nothing.</exception>
    public static Payload InputOf(InvocationState state, CompiledStep step, int item)
    {
        if (step.Input is { } input) return input.Evaluate(new InvocationDocument(state, step, item));
        if (item >= 0) return PayloadOf(CollectionOf(state, step)[item]);
        if (!state.Process.IsPipeline) return state.Input;
        for (var i = step.Position - 1; i >= 0; i--)
        {
            if (state.Steps[i].Status == StepStatus.Succeeded) return state.Steps[i].Result;
        }

        return state.Input;
    }

    /// <summary>The output of an invocation all of whose steps have ended.</summary>
    /// <exception cref="TerminalException">A placeholder gives nothing.</exception>
    public static Payload OutputOf(InvocationState state)
    {
        if (state.Process.Output is { } output) return output.Evaluate(new InvocationDocument(state));
        if (state.Process.IsPipeline)
        {
            var last = Array.FindLast(state.Steps, s => s.Status == StepStatus.Succeeded);
            return last?.Result ?? Payload.Null;
        }

        return WriteToPayload(json =>
        {
            json.WriteStartObject();
            foreach (var step in state.Process.Steps)
            {
                if (step.Step.Detached || step.Dependents.Any(d => !state.Process.Steps[d].Step.Detached)) continue;
                var stepState = state.Steps[step.Position];
                if (stepState.Status != StepStatus.Succeeded) continue;
                json.WritePropertyName(step.Name);
                json.WriteRawValue(stepState.Result.Utf8.Span, skipInputValidation: true);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>
    /// The elements a mapped step runs over: of the one array its path selects, or all nodes it selects.
    /// </summary>
    /// <exception cref="TerminalException">The path gives neither.</exception>
    internal static IReadOnlyList<JsonElement> CollectionOf(InvocationState state, CompiledStep step)
    {
        var map = state.Steps[step.Position].Map;
        if (map?.Values is { } known) return known;
        var document = new InvocationDocument(state);
        IReadOnlyList<JsonElement> values;
        if (step.Each!.IsSingular)
        {
            if (!step.Each.TrySelectSingle(document, out var array) || array.ValueKind != JsonValueKind.Array)
                throw new TerminalException($"'{step.Step.Each!.Path}' of step '{step.Name}' is not an array", "mapping");
            values = [.. array.EnumerateArray()];
        }
        else
        {
            values = step.Each.Select(document);
        }

        if (map is not null) map.Values = values;
        return values;
    }

    /// <inheritdoc/>
    public override bool TryGetMember(string name, out JsonViewNode node)
    {
        node = default;
        switch (name)
        {
            case "input":
                node = JsonViewNode.FromElement(_state.InputElement);
                return true;
            case "steps":
                node = JsonViewNode.FromView(new StepsView(_state));
                return true;
            case "item" when TryItem(out var item):
                node = JsonViewNode.FromElement(item);
                return true;
            case "context":
                node = JsonViewNode.FromElement(Context());
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override JsonElement ToElement() => Build(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("input");
        json.WriteRawValue(_state.Input.Utf8.Span, skipInputValidation: true);
        json.WritePropertyName("steps");
        new StepsView(_state).WriteTo(json);
        if (TryItem(out var item))
        {
            json.WritePropertyName("item");
            item.WriteTo(json);
        }

        json.WritePropertyName("context");
        Context().WriteTo(json);
        json.WriteEndObject();
    });

    private bool TryItem(out JsonElement item)
    {
        item = default;
        if (_step is null || _item < 0) return false;
        item = CollectionOf(_state, _step)[_item];
        return true;
    }

    private JsonElement Context() => Build(json =>
    {
        json.WriteStartObject();
        json.WriteString("invocation", _state.Id.Id);
        json.WriteString("process", _state.Id.Process);
        json.WriteString("tenant", _state.Id.Tenant);
        json.WriteString("correlation", _state.CorrelationId);
        json.WriteString("startedAt", _state.StartedAt.UtcDateTime);
        json.WriteNumber("run", _state.Run);
        json.WriteEndObject();
    });

    private static Payload PayloadOf(JsonElement element) => WriteToPayload(element.WriteTo);

    private static Payload WriteToPayload(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true })) write(json);
        return Payload.FromTrustedUtf8(buffer.WrittenMemory);
    }

    private static JsonElement Build(Action<Utf8JsonWriter> write) => WriteToPayload(write).ToElement();

    private sealed class StepsView(InvocationState state) : JsonView
    {
        public override bool TryGetMember(string name, out JsonViewNode node)
        {
            node = default;
            if (!state.Process.TryFind(name, out var position)) return false;
            node = JsonViewNode.FromView(new StepView(state.Steps[position]));
            return true;
        }

        public override JsonElement ToElement() => Build(WriteTo);

        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            for (var i = 0; i < state.Steps.Length; i++)
            {
                json.WritePropertyName(state.Process.Steps[i].Name);
                new StepView(state.Steps[i]).WriteTo(json);
            }

            json.WriteEndObject();
        }
    }

    private sealed class StepView(StepState step) : JsonView
    {
        public override bool TryGetMember(string name, out JsonViewNode node)
        {
            node = default;
            if (name == "result")
            {
                if (!HasResult) return false;
                node = JsonViewNode.FromElement(step.ResultElement);
                return true;
            }

            if (!ToElement().TryGetProperty(name, out var member)) return false;
            node = JsonViewNode.FromElement(member);
            return true;
        }

        public override JsonElement ToElement() => Build(WriteTo);

        private bool HasResult => step.Status == StepStatus.Succeeded || step.Map?.IsDone == true;

        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("status", StatusText(step.Status));
            if (HasResult)
            {
                json.WritePropertyName("result");
                json.WriteRawValue(step.Result.Utf8.Span, skipInputValidation: true);
            }

            json.WriteNumber("attempts", step.Attempts);
            WriteFailure(json, step.Failure);
            if (step.Map is { } map)
            {
                json.WriteStartArray("items");
                foreach (var item in map.Items)
                {
                    json.WriteStartObject();
                    json.WriteString("status", StatusText(item.Status));
                    WriteFailure(json, item.Failure);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        private static string StatusText(StepStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

        private static void WriteFailure(Utf8JsonWriter json, Failure? failure)
        {
            if (failure is null) return;
            json.WriteStartObject("failure");
            json.WriteString("type", failure.Type);
            json.WriteString("message", failure.Message);
            json.WriteString("kind", failure.IsPermanent ? "permanent" : "transient");
            json.WriteEndObject();
        }
    }
}
