using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Journal;

namespace Actors.Core.Journaling;

/// <summary>
/// An event of a grain's journal. It is stored as a JSON array whose first element is the number of its kind and
/// whose other elements are its fields by position. Numbers and positions are frozen: fields are added at the end,
/// never moved.
/// </summary>
public interface IJournalEvent
{
    /// <summary>Writes the event as one JSON array.</summary>
    void WriteTo(EventWriter writer);
}

/// <summary>
/// Encodes the events of one append as a JSON array of arrays, and moves payloads larger than
/// <see cref="PayloadBlob.ThresholdBytes"/> out of it (claim check): in their place stands <c>{"$payload":"hash"}</c>.
/// Reused from append to append.
/// </summary>
public sealed class EventWriter : IDisposable
{
    /// <summary>How journals and snapshots are written: only what JSON demands is escaped.</summary>
    internal static readonly JsonWriterOptions Options =
        new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly Utf8JsonWriter _json;
    private ImmutableArray<PayloadBlob>.Builder? _payloads;

    /// <summary>An empty writer.</summary>
    public EventWriter() => _json = new Utf8JsonWriter(_buffer, Options);

    /// <summary>Events written since the last <see cref="Take"/>.</summary>
    public int EventCount { get; private set; }

    /// <summary>Bytes it has room for: what it keeps in memory.</summary>
    public int Capacity => _buffer.Capacity;

    /// <summary>For the fields of an event.</summary>
    public Utf8JsonWriter Json => _json;

    /// <summary>Writes one event.</summary>
    public void Add(IJournalEvent journalEvent)
    {
        if (EventCount++ == 0) _json.WriteStartArray();
        journalEvent.WriteTo(this);
    }

    /// <summary>Writes a payload: in place, or by hash if it is large.</summary>
    public void WritePayload(Payload payload)
    {
        if (payload.Bytes <= PayloadBlob.ThresholdBytes && !PayloadReference.IsReference(payload.Utf8.Span))
        {
            _json.WriteRawValue(payload.Utf8.Span, skipInputValidation: true);
            return;
        }

        WritePayloadByHash(payload);
    }

    /// <summary>Writes a payload by hash, whatever its size.</summary>
    /// <returns>Its hash.</returns>
    public PayloadHash WritePayloadByHash(Payload payload)
    {
        var hash = PayloadHash.Of(payload.Utf8.Span);
        (_payloads ??= ImmutableArray.CreateBuilder<PayloadBlob>()).Add(new PayloadBlob(hash, payload.Utf8));
        PayloadReference.Write(_json, hash);
        return hash;
    }

    /// <summary>The encoded events and the payloads they refer to; the writer is empty afterwards.</summary>
    public (ReadOnlyMemory<byte> Events, int EventCount, ImmutableArray<PayloadBlob> Payloads) Take()
    {
        _json.WriteEndArray();
        _json.Flush();
        var events = _buffer.WrittenSpan.ToArray();
        var taken = (events, EventCount, _payloads?.ToImmutable() ?? []);
        Clear();
        return taken;
    }

    /// <summary>Forgets what was written.</summary>
    public void Clear()
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _payloads = null;
        EventCount = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}

/// <summary>
/// How an event refers to a payload that is kept by hash: by exactly the bytes <c>{"$payload":"64 hexadecimal
/// digits"}</c>. A user's own value of exactly that form is itself kept by hash, so there is never a doubt.
/// </summary>
public static class PayloadReference
{
    private const int HexDigits = 64;

    private static ReadOnlySpan<byte> Prefix => "{\"$payload\":\""u8;

    private static ReadOnlySpan<byte> Suffix => "\"}"u8;

    /// <summary>Whether JSON text has the form of a reference.</summary>
    public static bool IsReference(ReadOnlySpan<byte> utf8) =>
        utf8.Length == Prefix.Length + HexDigits + Suffix.Length && utf8.StartsWith(Prefix) && utf8.EndsWith(Suffix);

    /// <summary>Reads a reference.</summary>
    /// <returns>False if the value is an ordinary one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out PayloadHash hash)
    {
        hash = default;
        if (!IsReference(utf8)) return false;
        hash = new PayloadHash(Encoding.ASCII.GetString(utf8.Slice(Prefix.Length, HexDigits)));
        return true;
    }

    /// <summary>Writes a reference.</summary>
    public static void Write(Utf8JsonWriter json, PayloadHash hash) =>
        json.WriteRawValue($"{{\"$payload\":\"{hash.Hex}\"}}", skipInputValidation: true);
}
