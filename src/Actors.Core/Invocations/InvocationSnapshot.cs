using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Actors.Core.Journaling;
using Actors.Core.Processes;
using Actors.Journal;

namespace Actors.Core.Invocations;

/// <summary>
/// The state of an invocation as JSON, so that reading one costs by the size of its state and not by the length of its
/// history. Arrays by position, versioned by the first element; what can be derived (queues, timers, counters of the
/// map) is not in it.
/// </summary>
public static class InvocationSnapshot
{
    private const int Version = 1;

    /// <summary>Writes the state.</summary>
    public static ReadOnlyMemory<byte> Write(InvocationState state)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, EventWriter.Options);
        json.WriteStartArray();
        json.WriteNumberValue(Version);
        WriteHead(json, state);
        json.WriteStartArray();
        for (var i = 0; i < state.Steps.Length; i++) WriteStep(json, state.Process.Steps[i].Name, state.Steps[i]);
        json.WriteEndArray();
        WriteSignals(json, state.Signals);
        WriteSignals(json, state.NextSignals);
        json.WriteStringValue(state.StartId);
        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>The definition that a snapshot is of, and the one a queued replacement needs.</summary>
    public static IEnumerable<string> Definitions(ReadOnlyMemory<byte> snapshot)
    {
        using var document = JsonDocument.Parse(snapshot, Options);
        var head = document.RootElement[1];
        return head[23].ValueKind == JsonValueKind.Null
            ? [head[1].GetString()!]
            : [head[1].GetString()!, head[23][1].GetString()!];
    }

    /// <summary>Reads a state.</summary>
    /// <param name="id">Of which invocation.</param>
    /// <param name="snapshot">What <see cref="Write"/> wrote.</param>
    /// <param name="definitions">Gives the definition of a content hash.</param>
    /// <exception cref="StoreCorruptException">It is not of a form this version reads, or damaged.</exception>
    public static InvocationState Read(
        InvocationId id, ReadOnlyMemory<byte> snapshot, Func<string, CompiledProcess> definitions)
    {
        try
        {
            return ReadState(id, snapshot, definitions);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException
            or ArithmeticException or ArgumentException or IndexOutOfRangeException)
        {
            throw new StoreCorruptException($"the snapshot of '{id}' is damaged: {e.Message}", e);
        }
    }

    private static InvocationState ReadState(
        InvocationId id, ReadOnlyMemory<byte> snapshot, Func<string, CompiledProcess> definitions)
    {
        using var document = JsonDocument.Parse(snapshot, Options);
        var root = document.RootElement;
        if (root[0].GetInt32() != Version)
            throw new StoreCorruptException(
                $"the snapshot of '{id}' has version {root[0].GetInt32()}, this program reads {Version}");
        var state = new InvocationState(id);
        ReadHead(state, root[1], definitions);
        foreach (var step in root[2].EnumerateArray())
        {
            var name = step[0].GetString()!;
            if (!state.Process.TryFind(name, out var position))
                throw new StoreCorruptException(
                    $"the snapshot of '{id}' has a step '{name}' that its definition has not");
            state.Steps[position] = ReadStep(step);
        }

        if (Array.IndexOf(state.Steps, null) is >= 0 and var missing)
            throw new StoreCorruptException($"the snapshot of '{id}' lacks step '{state.Process.Steps[missing].Name}'");

        ReadSignals(state.Signals, root[3]);
        if (root.GetArrayLength() > 4)
        {
            ReadSignals(state.NextSignals, root[4]);
            state.StartId = root[5].GetString();
        }

        SnapshotDerivation.Derive(state);
        return state;
    }

    private static JsonDocumentOptions Options => new() { MaxDepth = Payload.DepthMax + 16 };

    private static void WriteHead(Utf8JsonWriter json, InvocationState s)
    {
        json.WriteStartArray();
        json.WriteNumberValue(s.Sequence);
        json.WriteStringValue(s.Process.Hash);
        json.WriteNumberValue((int)s.Phase);
        json.WriteNumberValue(s.Run);
        json.WriteBooleanValue(s.IsPaused);
        json.WriteBooleanValue(s.IsCancellation);
        json.WriteBooleanValue(s.IsCompleted);
        InvocationEventCodec.WriteFailure(json, s.Failure);
        InvocationEventCodec.WriteFailure(json, s.UnhandledFailure);
        WritePayload(json, s.Input);
        WritePayload(json, s.Output);
        json.WriteStringValue(s.CorrelationId);
        json.WriteStringValue(s.TraceParent);
        InvocationEventCodec.WriteParent(json, s.Parent);
        json.WriteNumberValue(Micros.OfTime(s.StartedAt));
        WriteLong(json, s.EndedAt);
        WriteLong(json, s.DeadlineAt);
        json.WriteNumberValue(s.AwaitedLeft);
        json.WriteNumberValue(s.AwaitedActive);
        json.WriteNumberValue(s.AttemptsOut);
        json.WriteNumberValue(s.ChildrenOut);
        json.WriteNumberValue(s.UndoOutstanding);
        WriteStrings(json, s.SignalIdOrder);
        if (s.Replacement is not { } next)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStartArray();
            json.WriteNumberValue(next.At);
            json.WriteStringValue(next.Definition);
            json.WriteStringValue(next.CorrelationId);
            WritePayload(json, next.Input);
            json.WriteStringValue(next.StartId);
            json.WriteEndArray();
        }

        json.WriteNumberValue(s.ChildCheckAt);
        json.WriteNumberValue(s.ChildCheckPause);
        WriteLong(json, s.IsPaused ? s.PausedAt : null);
        json.WriteEndArray();
    }

    private static void ReadHead(InvocationState s, JsonElement h, Func<string, CompiledProcess> definitions)
    {
        s.Sequence = h[0].GetInt64();
        s.Process = definitions(h[1].GetString()!);
        s.Phase = (InvocationPhase)h[2].GetInt32();
        s.Run = h[3].GetInt32();
        s.IsPaused = h[4].GetBoolean();
        s.IsCancellation = h[5].GetBoolean();
        s.IsCompleted = h[6].GetBoolean();
        s.Failure = ReadFailure(h[7]);
        s.UnhandledFailure = ReadFailure(h[8]);
        s.Input = ReadPayload(h[9]);
        s.Output = ReadPayload(h[10]);
        s.CorrelationId = h[11].GetString()!;
        s.TraceParent = h[12].GetString();
        s.Parent = InvocationEventCodec.ReadParent(h[13]);
        s.StartedAt = Micros.ToTime(h[14].GetInt64());
        s.EndedAt = ReadLong(h[15]);
        s.DeadlineAt = ReadLong(h[16]);
        s.AwaitedLeft = h[17].GetInt32();
        s.AwaitedActive = h[18].GetInt32();
        s.AttemptsOut = h[19].GetInt32();
        s.ChildrenOut = h[20].GetInt32();
        s.UndoOutstanding = h[21].GetInt32();
        foreach (var id in h[22].EnumerateArray())
        {
            s.SignalIds.Add(id.GetString()!);
            s.SignalIdOrder.Enqueue(id.GetString()!);
        }

        if (h[23].ValueKind != JsonValueKind.Null)
            s.Replacement = new InvocationEvent.ReplacementQueued(
                h[23][0].GetInt64(), h[23][1].GetString()!, h[23][2].GetString()!, ReadPayload(h[23][3]),
                h[23].GetArrayLength() > 4 ? h[23][4].GetString() : null);
        if (h.GetArrayLength() > 24) (s.ChildCheckAt, s.ChildCheckPause) = (h[24].GetInt64(), h[25].GetInt64());
        else ChildChecks.Unknown(s);
        if (h.GetArrayLength() > 26) s.PausedAt = ReadLong(h[26]);
        s.Steps = new StepState[s.Process.Steps.Length];
    }

    private static void WriteStep(Utf8JsonWriter json, string? name, StepState s)
    {
        json.WriteStartArray();
        json.WriteStringValue(name);
        json.WriteNumberValue((int)s.Status);
        json.WriteNumberValue(s.Attempts);
        json.WriteNumberValue(s.Round);
        WriteLong(json, s.ScheduledAt);
        WriteLong(json, s.EndedAt);
        WriteLong(json, s.Due);
        InvocationEventCodec.WriteFailure(json, s.Failure);
        json.WriteNumberValue(Flags(s));
        if (s.Map is null) WritePayload(json, s.Result);
        else json.WriteNullValue();
        json.WriteNumberValue((int)s.Undo);
        json.WriteNumberValue(s.UndoAttempts);
        InvocationEventCodec.WriteFailure(json, s.UndoFailure);
        json.WriteNumberValue(s.UndoLeft);
        json.WriteNumberValue(s.UndoBlockers);
        json.WriteNumberValue(s.DependenciesSucceeded);
        json.WriteNumberValue(s.DependenciesSkipped);
        json.WriteNumberValue(s.DependenciesFailed);
        WriteLong(json, s.JoinDue);
        WriteMap(json, s.Map);
        json.WriteNumberValue(s.AttemptsBefore);
        json.WriteNumberValue(s.BeganSequence);
        json.WriteNumberValue(s.SettledSequence);
        json.WriteNumberValue(s.UndoRound);
        WriteLong(json, s.IsActive || s.IsUndoActive ? s.Since : null);
        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, MapState? map)
    {
        if (map is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        json.WriteNumberValue(map.Next);
        json.WriteNumberValue(map.Active);
        foreach (var item in map.Items) WriteStep(json, null, item);
        json.WriteEndArray();
    }

    private static StepState ReadStep(JsonElement e)
    {
        var flags = e[8].GetInt32();
        var step = new StepState
        {
            Status = (StepStatus)e[1].GetInt32(),
            Attempts = e[2].GetInt32(),
            Round = e[3].GetInt32(),
            ScheduledAt = ReadLong(e[4]),
            EndedAt = ReadLong(e[5]),
            Due = ReadLong(e[6]),
            Failure = ReadFailure(e[7]),
            IsUncertain = (flags & 1) != 0,
            IsCancelRequested = (flags & 2) != 0,
            IsUndoQueued = (flags & 4) != 0,
            IsJoinReleased = (flags & 8) != 0,
            Result = ReadPayload(e[9]),
            Undo = (StepStatus)e[10].GetInt32(),
            UndoAttempts = e[11].GetInt32(),
            UndoFailure = ReadFailure(e[12]),
            UndoLeft = e[13].GetInt32(),
            UndoBlockers = e[14].GetInt32(),
            DependenciesSucceeded = e[15].GetInt32(),
            DependenciesSkipped = e[16].GetInt32(),
            DependenciesFailed = e[17].GetInt32(),
            JoinDue = ReadLong(e[18]),
        };
        var length = e.GetArrayLength();
        if (length > 19) ReadMapOrAttempts(step, e[19]);
        if (length == 20 || length == 19) return step;
        step.AttemptsBefore = e[20].GetInt32();
        step.BeganSequence = e[21].GetInt64();
        step.SettledSequence = e[22].GetInt64();
        step.UndoRound = e[23].GetInt32();
        step.Since = ReadLong(e[24]);
        return step;
    }

    // A number: an older snapshot, which had the attempts before the last retry here.
    private static void ReadMapOrAttempts(StepState step, JsonElement e)
    {
        if (e.ValueKind == JsonValueKind.Number) step.AttemptsBefore = e.GetInt32();
        if (e.ValueKind != JsonValueKind.Array) return;
        var map = new MapState(e.GetArrayLength() - 2) { Next = e[0].GetInt32(), Active = e[1].GetInt32() };
        for (var i = 0; i < map.Items.Length; i++) map.Items[i] = ReadStep(e[i + 2]);
        step.Map = map;
    }

    private static int Flags(StepState s) =>
        (s.IsUncertain ? 1 : 0) | (s.IsCancelRequested ? 2 : 0) | (s.IsUndoQueued ? 4 : 0) | (s.IsJoinReleased ? 8 : 0);

    private static void WriteSignals(Utf8JsonWriter json, Queue<InvocationEvent.SignalReceived> signals)
    {
        json.WriteStartArray();
        foreach (var signal in signals)
        {
            json.WriteStartArray();
            json.WriteNumberValue(signal.At);
            json.WriteStringValue(signal.Signal);
            json.WriteStringValue(signal.SignalId);
            WritePayload(json, signal.Data);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void ReadSignals(Queue<InvocationEvent.SignalReceived> signals, JsonElement array)
    {
        foreach (var e in array.EnumerateArray())
        {
            signals.Enqueue(new InvocationEvent.SignalReceived(
                e[0].GetInt64(), e[1].GetString()!, e[2].GetString(), ReadPayload(e[3])));
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, IEnumerable<string> strings)
    {
        json.WriteStartArray();
        foreach (var s in strings) json.WriteStringValue(s);
        json.WriteEndArray();
    }

    private static void WritePayload(Utf8JsonWriter json, Payload payload) =>
        json.WriteRawValue(payload.Utf8.Span, skipInputValidation: true);

    private static Payload ReadPayload(JsonElement element) => element.ValueKind == JsonValueKind.Null
        ? Payload.Null
        : Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(element).ToArray());

    private static Failure? ReadFailure(JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? null : InvocationEventCodec.ReadFailure(element);

    private static void WriteLong(Utf8JsonWriter json, long? value)
    {
        if (value is { } v) json.WriteNumberValue(v);
        else json.WriteNullValue();
    }

    private static long? ReadLong(JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? null : element.GetInt64();
}
