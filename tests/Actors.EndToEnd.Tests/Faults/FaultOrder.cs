using Shop.Ledger;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>How an order is meant to end.</summary>
internal enum OrderFate
{
    /// <summary>Labelled.</summary>
    Fulfilled,

    /// <summary>The card is declined; what is reserved is released.</summary>
    Declined,

    /// <summary>Nothing is in stock; what is charged is refunded.</summary>
    OutOfStock,
}

/// <summary>An order whose end is known beforehand.</summary>
internal sealed record FaultOrder(string Id, OrderFate Fate, bool IsInsured)
{
    private const string GoodCard = "4242424242424242";
    private const string DeclinedCard = "4000000000000002";

    public object Input => new
    {
        orderId = Id,
        total = IsInsured ? 600 : 30,
        card = Fate == OrderFate.Declined ? DeclinedCard : GoodCard,
        country = "DE",
        lines = new[] { new { item = Fate == OrderFate.OutOfStock ? "typewriter" : "cable", quantity = 2 } },
    };

    public InvocationStatus End =>
        Fate == OrderFate.Fulfilled ? InvocationStatus.Completed : InvocationStatus.Failed;

    /// <summary>Compares the shop's books with what the order is meant to leave in them.</summary>
    public void ShouldBeIn(IReadOnlyCollection<LedgerEntry> entries)
    {
        int Count(EntryKind kind) => entries.Count(e => e.Kind == kind);
        var booked = $"order {Id} ({Fate}): {string.Join(", ", entries.Select(e => $"{e.Kind} {e.Note}"))}";
        Count(EntryKind.Labelled).ShouldBe(Fate == OrderFate.Fulfilled ? 1 : 0, booked);
        Count(EntryKind.Charged).ShouldBeInRange(Fate == OrderFate.Fulfilled ? 1 : 0, 1, booked);
        Count(EntryKind.Reserved).ShouldBeInRange(Fate == OrderFate.Fulfilled ? 1 : 0, 1, booked);
        if (Fate == OrderFate.Fulfilled)
        {
            Count(EntryKind.Insured).ShouldBe(IsInsured ? 1 : 0, booked);
            Count(EntryKind.Notified).ShouldBe(1, booked);
            Count(EntryKind.Refunded).ShouldBe(0, booked);
            Count(EntryKind.Released).ShouldBe(0, booked);
            Count(EntryKind.Tombstoned).ShouldBe(0, booked);
            return;
        }

        Count(EntryKind.Refunded).ShouldBe(Count(EntryKind.Charged), booked);
        Count(EntryKind.Released).ShouldBe(Count(EntryKind.Reserved), booked);
        if (Fate == OrderFate.Declined) Count(EntryKind.Charged).ShouldBe(0, booked);
        else Count(EntryKind.Reserved).ShouldBe(0, booked);
    }
}
