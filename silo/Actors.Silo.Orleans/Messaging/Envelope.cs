
namespace Actors.Silo.Orleans.Messaging;

/// <summary>
/// The only thing of ours that crosses the wire between silos: a frozen name and the JSON of a message of that name.
/// So there is one codec, what travels can be read by people, and a silo of another version says which name it does
/// not know.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("actors.envelope")]
internal sealed class Envelope
{
    /// <summary>Name of the answer that says: not yet, ask again.</summary>
    public const string PendingName = "pending";

    /// <summary>Frozen name of the message; <see cref="MessageNames"/> has them all.</summary>
    [Id(0)]
    public string Name { get; init; } = "";

    /// <summary>The message.</summary>
    [Id(1)]
    public byte[] Json { get; init; } = [];

    /// <summary>Correlation id of what it belongs to; null: of nothing.</summary>
    [Id(2)]
    public string? CorrelationId { get; init; }

    /// <summary>Not yet: ask again.</summary>
    public static Envelope Pending { get; } = new() { Name = PendingName };

    public bool IsPending => Name == PendingName;
}
