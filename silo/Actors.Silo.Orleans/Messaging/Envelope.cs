using System.Diagnostics;

namespace Actors.Silo.Orleans.Messaging;

/// <summary>
/// The only thing of ours that crosses the wire between silos: a frozen name and the JSON of a message of that name.
/// So there is one codec, what travels can be read by people, and a silo of another version says which name it does
/// not know. Within a silo it is the message itself that is handed on: messages are immutable, and nothing is encoded.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("actors.envelope")]
internal sealed class Envelope
{
    /// <summary>Name of the answer that says: not yet, ask again.</summary>
    public const string PendingName = "pending";

    // Made when it is first written to a wire: by one thread or by two, with one result.
    [NonSerialized]
    private byte[]? _json;

    [NonSerialized]
    private readonly long _madeAt = Stopwatch.GetTimestamp();

    [NonSerialized]
    private TimeSpan _ageBefore;

    /// <summary>Frozen name of the message; <see cref="MessageNames"/> has them all.</summary>
    [Id(0)]
    public string Name { get; set; } = "";

    /// <summary>The message's JSON.</summary>
    [Id(1)]
    public byte[] Json
    {
        get => _json ??= Message is null ? [] : MessageCodec.ToJson(Message);
        set => _json = value;
    }

    /// <summary>Correlation id of what it belongs to; null: of nothing.</summary>
    [Id(2)]
    public string? CorrelationId { get; set; }

    /// <summary>How long ago it was written, by the clocks of all who have had it, without its time on wires.</summary>
    [Id(3)]
    public TimeSpan Age
    {
        get => _ageBefore + Stopwatch.GetElapsedTime(_madeAt);
        set => _ageBefore = value;
    }

    /// <summary>The message, if it has not crossed a wire.</summary>
    [field: NonSerialized]
    public object? Message { get; init; }

    /// <summary>Not yet: ask again.</summary>
    public static Envelope Pending { get; } = new() { Name = PendingName };

    public bool IsPending => Name == PendingName;
}
