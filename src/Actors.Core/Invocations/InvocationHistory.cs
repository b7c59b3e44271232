using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Core.Invocations;

/// <summary>
/// Events as people and tools see them: every time is a point in time, to the millisecond, and said once. (Journals
/// count microseconds since the start of the run.)
/// </summary>
public static class InvocationHistory
{
    private static readonly string[] StoredTimes = ["at", "retryAt", "due", "nextAt"];

    private static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>The public form of an event.</summary>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="at">When it was appended.</param>
    /// <param name="e">The event.</param>
    public static HistoryEvent Describe(long sequence, DateTimeOffset at, InvocationEvent e) => new(
        sequence,
        NameOf(e),
        at,
        (e as InvocationEvent.OfStep)?.Step.ToString(),
        e switch
        {
            InvocationEvent.StepScheduled s => s.Attempt,
            InvocationEvent.StepSucceeded s => s.Attempt,
            InvocationEvent.StepFailed s => s.Attempt,
            _ => 0,
        },
        Payload.FromTrustedUtf8(Data(at, e)));

    /// <summary>Whether a run has ended with an event of this type.</summary>
    public static bool IsEnd(string type) =>
        type is nameof(InvocationEvent.Completed) or nameof(InvocationEvent.Failed)
            or nameof(InvocationEvent.Cancelled);

    private static byte[] Data(DateTimeOffset at, InvocationEvent e)
    {
        var (name, micros) = e switch
        {
            InvocationEvent.StepFailed { RetryAt: { } retryAt } => ("retryAt", retryAt),
            InvocationEvent.StepScheduled { Due: { } due } => ("due", due),
            InvocationEvent.ChildrenAsked asked => ("nextAt", asked.NextAt),
            _ => ("", e.At),
        };
        if (name.Length == 0) return JsonSerializer.SerializeToUtf8Bytes(e, e.GetType(), Options);
        var data = JsonSerializer.SerializeToNode(e, e.GetType(), Options)!.AsObject();
        data[name] = at + Micros.ToSpan(micros - e.At);
        return JsonSerializer.SerializeToUtf8Bytes(data, Options);
    }

    private static void LeaveStoredTimesOut(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(InvocationEvent))) return;
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (StoredTimes.Contains(type.Properties[i].Name, StringComparer.Ordinal)) type.Properties.RemoveAt(i);
        }
    }

    private static string NameOf(InvocationEvent e) => e switch
    {
        InvocationEvent.StepScheduled { IsUndo: true } => "UndoScheduled",
        InvocationEvent.StepSucceeded { IsUndo: true } => "UndoSucceeded",
        InvocationEvent.StepFailed { IsUndo: true } => "UndoFailed",
        _ => e.GetType().Name,
    };

    private static JsonSerializerOptions MakeOptions() => new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = Payload.DepthMax + 8,
        Converters =
        {
            new StepRefConverter(), new PayloadJsonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase),
        },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveStoredTimesOut } },
    };

    private sealed class StepRefConverter : JsonConverter<StepRef>
    {
        public override StepRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("histories are written for people, not read");

        public override void Write(Utf8JsonWriter writer, StepRef value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
