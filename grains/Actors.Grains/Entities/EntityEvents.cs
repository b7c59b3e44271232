using System.Text.Json;
using Actors.Core.Journaling;

namespace Actors.Grains.Entities;

/// <summary>
/// Event 1: <c>[1, operation]</c> or <c>[1, operation, id, result]</c>: an operation was applied; with an id, what
/// its repeat is answered. Frozen.
/// </summary>
internal sealed record OperationApplied(string Operation, string? OperationId, Payload Result) : IJournalEvent
{
    public const int Kind = 1;

    public void WriteTo(EventWriter writer)
    {
        var json = writer.Json;
        json.WriteStartArray();
        json.WriteNumberValue(Kind);
        json.WriteStringValue(Operation);
        if (OperationId is not null)
        {
            json.WriteStringValue(OperationId);
            writer.WritePayload(Result);
        }

        json.WriteEndArray();
    }
}

/// <summary>Event 2: <c>[2, state]</c>: the state after all operations before it, once per append. Frozen.</summary>
internal sealed record StateChanged(Payload State) : IJournalEvent
{
    public const int Kind = 2;

    public void WriteTo(EventWriter writer)
    {
        writer.Json.WriteStartArray();
        writer.Json.WriteNumberValue(Kind);
        writer.WritePayload(State);
        writer.Json.WriteEndArray();
    }
}

/// <summary>
/// The answers to the latest operations with an id, so that a repeat is answered and not applied: the last
/// <see cref="CountMax"/>, or fewer if their answers are large, but always the last one.
/// </summary>
internal sealed class OperationMemory
{
    /// <summary>Operations that are remembered.</summary>
    public const int CountMax = 1024;

    /// <summary>Bytes of answers that are remembered.</summary>
    public const int BytesMax = 1024 * 1024;

    private readonly Dictionary<string, Payload> _results = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _bytes;

    public bool TryGet(string id, out Payload result) => _results.TryGetValue(id, out result);

    public void Add(string id, Payload result)
    {
        if (!_results.TryAdd(id, result)) return;
        _order.Enqueue(id);
        _bytes += result.Bytes;
        while (_order.Count > CountMax || _bytes > BytesMax && _order.Count > 1)
        {
            _results.Remove(_order.Dequeue(), out var forgotten);
            _bytes -= forgotten.Bytes;
        }
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var id in _order)
        {
            json.WriteStringValue(id);
            json.WriteRawValue(_results[id].Utf8.Span, skipInputValidation: true);
        }

        json.WriteEndArray();
    }
}
