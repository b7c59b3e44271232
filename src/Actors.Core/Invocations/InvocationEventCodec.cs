using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Actors.Core.Journaling;
using Actors.Journal;

namespace Actors.Core.Invocations;

/// <summary>
/// Reads what <see cref="InvocationEvent.WriteTo"/> wrote. An unknown kind or a missing field is corruption, never
/// skipped.
/// </summary>
public static class InvocationEventCodec
{
    /// <summary>Reads the events of one record, in order.</summary>
    /// <param name="events">JSON array of events.</param>
    /// <param name="resolve">Gives the payload that was kept under a hash.</param>
    /// <exception cref="StoreCorruptException">The text is not what this engine, or an older one, wrote.</exception>
    public static IReadOnlyList<InvocationEvent> Read(ReadOnlyMemory<byte> events, Func<PayloadHash, Payload> resolve)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = Payload.DepthMax + 8 };
            using var document = JsonDocument.Parse(events, options);
            var list = new List<InvocationEvent>(document.RootElement.GetArrayLength());
            foreach (var element in document.RootElement.EnumerateArray())
                list.Add(ReadOne(new Fields(element, resolve)));
            return list;
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new StoreCorruptException($"an event of an invocation can't be read: {e.Message}", e);
        }
    }

    /// <summary>The hashes that the events of one record refer to.</summary>
    public static IReadOnlyList<PayloadHash> References(ReadOnlyMemory<byte> events)
    {
        if (events.Span.IndexOf("{\"$payload\":\""u8) < 0) return [];
        var found = new List<PayloadHash>();
        using var document = JsonDocument.Parse(events, new JsonDocumentOptions { MaxDepth = Payload.DepthMax + 8 });
        foreach (var element in document.RootElement.EnumerateArray())
        {
            foreach (var field in element.EnumerateArray())
            {
                if (PayloadReference.TryRead(JsonMarshal.GetRawUtf8Value(field), out var hash)) found.Add(hash);
            }
        }

        return found;
    }

    private static InvocationEvent ReadOne(Fields f) => f.Int(0) switch
    {
        1 => new InvocationEvent.Started(
            f.Text(1), f.Int(2), Micros.ToTime(f.Long(3)), f.Text(4), f.Payload(5), ReadParent(f.Element(6)),
            f.TextOrNull(7), f.TextIfAny(8)),
        2 => new InvocationEvent.StepScheduled(f.Step, f.Long(2), f.Int(3), false, f.LongOrNull(4)),
        22 => new InvocationEvent.StepScheduled(f.Step, f.Long(2), f.Int(3), true, f.LongOrNull(4)),
        3 => new InvocationEvent.StepSucceeded(f.Step, f.Long(2), f.Int(3), f.Payload(4)),
        23 => new InvocationEvent.StepSucceeded(f.Step, f.Long(2), f.Int(3), Actors.Payload.Null, true),
        4 => new InvocationEvent.StepFailed(f.Step, f.Long(2), f.Int(3), ReadFailure(f.Element(4)), f.LongOrNull(5)),
        24 => new InvocationEvent.StepFailed(
            f.Step, f.Long(2), f.Int(3), ReadFailure(f.Element(4)), f.LongOrNull(5), true),
        5 => new InvocationEvent.StepSkipped(f.Step, f.Long(2)),
        6 => new InvocationEvent.StepCancelled(f.Step, f.Long(2), f.Element(3).GetBoolean()),
        7 => new InvocationEvent.StepCancelRequested(f.Step, f.Long(2), f.FailureIfAny(3)),
        8 => new InvocationEvent.StepExpanded(f.Step, f.Long(2), f.Int(3)),
        9 => new InvocationEvent.JoinReleased(f.Step, f.Long(2)),
        10 => new InvocationEvent.SignalReceived(f.Long(1), f.Text(2), f.TextOrNull(3), f.Payload(4)),
        11 => new InvocationEvent.SignalTaken(f.Step, f.Long(2), f.Text(3)),
        12 => new InvocationEvent.Stopping(f.Long(1), ReadFailure(f.Element(2)), f.Element(3).GetBoolean()),
        13 => new InvocationEvent.CompensationBegan(f.Long(1)),
        14 => new InvocationEvent.Completed(f.Long(1), f.Payload(2)),
        15 => new InvocationEvent.Failed(f.Long(1)),
        16 => new InvocationEvent.Cancelled(f.Long(1)),
        17 => new InvocationEvent.Paused(f.Long(1)),
        18 => new InvocationEvent.Resumed(f.Long(1)),
        19 => new InvocationEvent.Retried(f.Long(1)),
        20 => new InvocationEvent.ReplacementQueued(f.Long(1), f.Text(2), f.Text(3), f.Payload(4), f.TextIfAny(5)),
        25 => new InvocationEvent.ReplacementCancelled(f.Long(1), ReadFailure(f.Element(2))),
        21 => new InvocationEvent.ChildrenAsked(f.Long(1), f.Long(2)),
        var kind => throw new StoreCorruptException(
            $"event kind {kind} is not known to this version: run the version that wrote it, or a later one"),
    };

    internal static void WriteHead(Utf8JsonWriter json, StepRef step, long at)
    {
        WriteStep(json, step);
        json.WriteNumberValue(at);
    }

    internal static void WriteHead(Utf8JsonWriter json, StepRef step, long at, int attempt)
    {
        WriteHead(json, step, at);
        json.WriteNumberValue(attempt);
    }

    internal static void WriteFailure(Utf8JsonWriter json, Failure? failure)
    {
        if (failure is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        json.WriteStringValue(failure.Type);
        json.WriteStringValue(failure.Message);
        json.WriteNumberValue((int)failure.Kind);
        json.WriteStringValue(failure.Step);
        json.WriteNumberValue(failure.Attempt);
        WriteFailure(json, failure.Cause);
        if (failure.MayHaveHappened) json.WriteBooleanValue(true);
        json.WriteEndArray();
    }

    internal static Failure ReadFailure(JsonElement array) => new(
        array[0].GetString()!,
        array[1].GetString()!,
        (FailureKind)array[2].GetInt32(),
        array[3].GetString(),
        array[4].GetInt32(),
        array[5].ValueKind == JsonValueKind.Null ? null : ReadFailure(array[5]))
    {
        MayHaveHappened = array.GetArrayLength() > 6 && array[6].GetBoolean(),
    };

    internal static void WriteParent(Utf8JsonWriter json, ParentStep? parent)
    {
        if (parent is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        json.WriteStringValue(parent.Invocation.Tenant);
        json.WriteStringValue(parent.Invocation.Process);
        json.WriteStringValue(parent.Invocation.Id);
        json.WriteNumberValue(parent.Run);
        WriteStep(json, parent.Step);
        json.WriteNumberValue(parent.Attempt);
        json.WriteEndArray();
    }

    internal static ParentStep? ReadParent(JsonElement element) => element.ValueKind == JsonValueKind.Null
        ? null
        : new ParentStep(
            new InvocationId(element[0].GetString()!, element[1].GetString()!, element[2].GetString()!),
            element[3].GetInt32(), ReadStep(element[4]), element[5].GetInt32());

    private static void WriteStep(Utf8JsonWriter json, StepRef step)
    {
        if (step.Item < 0) json.WriteStringValue(step.Name);
        else json.WriteStringValue(step.ToString());
    }

    internal static StepRef ReadStep(JsonElement element)
    {
        var text = element.GetString()!;
        if (text[^1] != ']') return new StepRef(text);
        var bracket = text.LastIndexOf('[');
        var digits = text.AsSpan(bracket + 1, text.Length - bracket - 2);
        var item = int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return new StepRef(text[..bracket], item);
    }

    private readonly struct Fields(JsonElement array, Func<PayloadHash, Payload> resolve)
    {
        public StepRef Step => ReadStep(array[1]);

        public JsonElement Element(int position) => array[position];

        public int Int(int position) => array[position].GetInt32();

        public long Long(int position) => array[position].GetInt64();

        public long? LongOrNull(int position) => position < array.GetArrayLength() ? array[position].GetInt64() : null;

        public string Text(int position) => array[position].GetString()!;

        public string? TextOrNull(int position) => array[position].GetString();

        public string? TextIfAny(int position) =>
            position < array.GetArrayLength() ? array[position].GetString() : null;

        public Failure? FailureIfAny(int position) =>
            position < array.GetArrayLength() ? ReadFailure(array[position]) : null;

        public Payload Payload(int position)
        {
            var utf8 = JsonMarshal.GetRawUtf8Value(array[position]);
            return PayloadReference.TryRead(utf8, out var hash)
                ? resolve(hash)
                : Actors.Payload.FromTrustedUtf8(utf8.ToArray());
        }
    }
}
