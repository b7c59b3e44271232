using System.Text.Json.Serialization;

namespace Shop.Ledger;

/// <summary>What an entry of the ledger says has happened.</summary>
[JsonConverter(typeof(EntryKindConverter))]
public enum EntryKind
{
    /// <summary>Units of one item are held for the order.</summary>
    Reserved = 1,

    /// <summary>Units of one item went back on the shelf.</summary>
    Released,

    /// <summary>The card was charged.</summary>
    Charged,

    /// <summary>Everything charged and not yet refunded was given back.</summary>
    Refunded,

    /// <summary>A shipping label was printed.</summary>
    Labelled,

    /// <summary>The parcel is insured.</summary>
    Insured,

    /// <summary>The warehouse was told.</summary>
    Notified,

    /// <summary>The card was not accepted.</summary>
    Declined,

    /// <summary>A reservation or charge was refused: out of stock, or the order was closed before.</summary>
    Refused,

    /// <summary>A release or refund came for something that had not happened; from now on it never may.</summary>
    Tombstoned,
}

/// <summary>Kinds are written in lower case.</summary>
public sealed class EntryKindConverter()
    : JsonStringEnumConverter<EntryKind>(System.Text.Json.JsonNamingPolicy.CamelCase);

/// <summary>One line of the ledger; lines are only ever added.</summary>
/// <param name="Id">From 1, in the order of the commits.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="OrderId">Which order it belongs to.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Amount">Money, where money is moved; null elsewhere.</param>
/// <param name="Item">Which item is reserved or released; null elsewhere.</param>
/// <param name="Quantity">How many units of it; null elsewhere.</param>
/// <param name="Note">For people: last digits of the card, tracking number, why it was refused.</param>
/// <param name="Key">Idempotency key of the request that caused it; null if it had none.</param>
public sealed record LedgerEntry(
    long Id, DateTimeOffset At, string OrderId, EntryKind Kind,
    decimal? Amount, string? Item, int? Quantity, string? Note, string? Key);

/// <summary>One shelf.</summary>
/// <param name="Item">What lies on it.</param>
/// <param name="Initial">Units when the ledger was made.</param>
/// <param name="Available">Units that are not held for an order.</param>
/// <param name="Grams">Weight of one unit.</param>
public sealed record StockLevel(string Item, int Initial, int Available, int Grams);
