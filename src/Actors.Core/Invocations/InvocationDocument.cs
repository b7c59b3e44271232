using System.Buffers;
using System.Text.Json;
using Actors.Core.JsonPath;
using Actors.Core.Processes;
using Actors.Core.Templates;

namespace Actors.Core.Invocations;

/// <summary>
/// The document that paths see: <c>$.input</c>, <c>$.steps.NAME.{status,result,failure,attempts,items}</c>,
/// <c>$.item</c> in a mapped step, <c>$.context.{invocation,process,tenant,correlation,startedAt,run}</c>. Produced
/// on demand.
/// <para>A step sees the others as they were when it began, so that all its attempts see the same: what had not ended
/// by then, as pending or running, of a mapped step with the results of the items that had.</para>
/// </summary>
public sealed class InvocationDocument : JsonView
{
    private readonly InvocationState _state;
    private readonly CompiledStep? _step;
    private readonly int _item;
    private readonly long? _asOf;

    /// <summary>As conditions, the output and compensations see it: as it is now.</summary>
    /// <param name="state">The state.</param>
    /// <param name="step">Whose item <c>$.item</c> is; null: there is none.</param>
    /// <param name="item">Position of the item; -1: there is none.</param>
    public InvocationDocument(InvocationState state, CompiledStep? step = null, int item = -1)
    {
        _state = state;
        _step = step;
        _item = item;
    }

    private InvocationDocument(InvocationState state, CompiledStep step, int item, long asOf)
        : this(state, step, item) =>
        _asOf = asOf;

    /// <summary>As the attempts of a step, or of one item of it, see it.</summary>
    public static InvocationDocument OfStep(InvocationState state, CompiledStep step, int item)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(step);
        var began = state.Steps[step.Position].BeganSequence;
        return new InvocationDocument(state, step, item, began == 0 ? long.MaxValue : began);
    }

    /// <summary>What the action of a step receives.</summary>
    /// <exception cref="TerminalException">A placeholder gives nothing, or the value is nested too deeply.</exception>
    public static Payload InputOf(InvocationState state, CompiledStep step, int item)
    {
        if (step.Input is { } input) return input.Evaluate(OfStep(state, step, item));
        if (item >= 0) return PayloadOf(ItemOf(state, step, item));
        if (!state.Process.IsPipeline) return state.Input;
        for (var i = step.Position - 1; i >= 0; i--)
        {
            if (state.Steps[i].Status == StepStatus.Succeeded) return ResultOf(state.Steps[i]);
        }

        return state.Input;
    }

    /// <summary>The output of an invocation all of whose steps have ended.</summary>
    /// <exception cref="TerminalException">A placeholder gives nothing, or the value is nested too deeply.</exception>
    public static Payload OutputOf(InvocationState state)
    {
        if (state.Process.Output is { } output) return output.Evaluate(new InvocationDocument(state));
        if (state.Process.IsPipeline)
        {
            var last = Array.FindLast(state.Steps, s => s.Status == StepStatus.Succeeded);
            return last is null ? Payload.Null : ResultOf(last);
        }

        return ValueDepth.Checked(WriteToPayload(json =>
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
        }));
    }

    // The array around the results of a map is a level more than a result may have.
    private static Payload ResultOf(StepState step) =>
        step.Map is null ? step.Result : ValueDepth.Checked(step.Result);

    /// <summary>
    /// The elements a mapped step runs over: of the one array its path selects, or all nodes it selects.
    /// </summary>
    /// <exception cref="TerminalException">The path gives neither.</exception>
    internal static IReadOnlyList<JsonElement> CollectionOf(InvocationState state, CompiledStep step)
    {
        var map = state.Steps[step.Position].Map;
        if (map?.Values is { } known) return known;
        var document = OfStep(state, step, -1);
        IReadOnlyList<JsonElement> values;
        if (step.Each!.IsSingular)
        {
            if (!step.Each.TrySelectSingle(document, out var array) || array.ValueKind != JsonValueKind.Array)
                throw new TerminalException(
                    $"'{step.Step.Each!.Path}' of step '{step.Name}' is not an array", "mapping");
            values = [.. array.EnumerateArray()];
        }
        else
        {
            values = step.Each.Select(document);
        }

        if (map is not null) map.Values = values;
        return values;
    }

    private static JsonElement ItemOf(InvocationState state, CompiledStep step, int item)
    {
        var values = CollectionOf(state, step);
        return item < values.Count
            ? values[item]
            : throw new TerminalException(
                $"'{step.Step.Each!.Path}' of step '{step.Name}' has {values.Count} items now, there is no item {item}",
                "mapping");
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
                node = JsonViewNode.FromView(new StepsView(_state, _asOf));
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
        new StepsView(_state, _asOf).WriteTo(json);
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
        item = ItemOf(_state, _step, _item);
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

    private sealed class StepsView(InvocationState state, long? asOf) : JsonView
    {
        public override bool TryGetMember(string name, out JsonViewNode node)
        {
            node = default;
            if (!state.Process.TryFind(name, out var position)) return false;
            node = JsonViewNode.FromView(new StepView(state.Steps[position], asOf));
            return true;
        }

        public override JsonElement ToElement() => Build(WriteTo);

        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            for (var i = 0; i < state.Steps.Length; i++)
            {
                json.WritePropertyName(state.Process.Steps[i].Name);
                new StepView(state.Steps[i], asOf).WriteTo(json);
            }

            json.WriteEndObject();
        }
    }

    private sealed class StepView(StepState step, long? asOf) : JsonView
    {
        public override bool TryGetMember(string name, out JsonViewNode node)
        {
            node = default;
            if (name == "result")
            {
                if (!HasResult) return false;
                node = JsonViewNode.FromElement(IsWhole ? step.ResultElement : PartialResult());
                return true;
            }

            if (!ToElement().TryGetProperty(name, out var member)) return false;
            node = JsonViewNode.FromElement(member);
            return true;
        }

        public override JsonElement ToElement() => Build(WriteTo);

        private bool HasResult => step.Map is not null ? HasBegun : step.Status == StepStatus.Succeeded && IsSeen(step);

        private bool HasBegun => asOf is null || step.BeganSequence <= asOf;

        /// <summary>Whether its result is all there is to see, rather than that of the items that had ended.</summary>
        private bool IsWhole => step.Map is not { } map || map.IsDone && IsSeen(step);

        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("status", StatusText(step));
            if (HasResult)
            {
                json.WritePropertyName("result");
                if (IsWhole) json.WriteRawValue(step.Result.Utf8.Span, skipInputValidation: true);
                else PartialResult().WriteTo(json);
            }

            if (IsSeen(step))
            {
                json.WriteNumber("attempts", step.Attempts);
                WriteFailure(json, step.Failure);
            }

            if (step.Map is { } map && HasBegun)
            {
                json.WriteStartArray("items");
                foreach (var item in map.Items)
                {
                    json.WriteStartObject();
                    json.WriteString("status", StatusText(item));
                    if (IsSeen(item)) WriteFailure(json, item.Failure);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        /// <summary>Whether all of it may be seen: it had ended in time, or the present is asked for.</summary>
        private bool IsSeen(StepState one) => asOf is null || one.IsSettled && one.SettledSequence <= asOf;

        private string StatusText(StepState one)
        {
            var status = IsSeen(one) ? one.Status
                : one.BeganSequence == 0 || one.BeganSequence > asOf ? StepStatus.Pending
                : StepStatus.Running;
            return JsonNamingPolicy.CamelCase.ConvertName(status.ToString());
        }

        private JsonElement PartialResult() => Build(json =>
        {
            json.WriteStartArray();
            foreach (var item in step.Map!.Items)
            {
                if (item.Status == StepStatus.Succeeded && IsSeen(item))
                    json.WriteRawValue(item.Result.Utf8.Span, skipInputValidation: true);
                else
                    json.WriteNullValue();
            }

            json.WriteEndArray();
        });

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
