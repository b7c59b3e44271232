using Shop.Http;
using Shop.Ledger;

namespace Shop.Desks;

/// <summary>
/// The payment desk. A charge has an id, but is refunded by order: whoever lost the answer to a charge knows the order,
/// and nothing else.
/// </summary>
/// <remarks>
/// Compensation can overtake what it compensates: the caller gave up on a charge that hangs in a proxy, asks for the
/// refund, and only then the charge arrives. Two rules, known from TCC transactions and sagas, make that harmless.
/// <em>Empty compensation</em>: the refund of what never happened succeeds, for the caller has what it wants.
/// <em>Suspension</em>: it leaves a tombstone, and a charge that comes after it is refused, for nobody would ever
/// refund it. Both live in the transaction of the effect, so no order of arrival slips between them. A tombstone is
/// for ever: such an order has to be placed again, under a new id.
/// </remarks>
internal static class Payments
{
    public static Answer Charge(LedgerTransaction transaction, PaymentRequest request, string? key)
    {
        if (transaction.HasTombstone(ShopEndpoints.Payments, request.OrderId))
        {
            transaction.Append(request.OrderId, EntryKind.Refused, key, note: "charge after refund");
            return Answer.Problem(409, "order-closed",
                $"order '{request.OrderId}' was refunded before it was charged; place it again under a new id");
        }

        var (cents, card) = (Money.Cents(request.Amount), CardNumber.LastFour(request.Card));
        if (CardNumber.IsDeclined(request.Card))
        {
            transaction.Append(request.OrderId, EntryKind.Declined, key, cents, note: $"card ..{card}");
            return Answer.Problem(402, "card-declined", $"the card ending in {card} was declined");
        }

        var id = transaction.Append(request.OrderId, EntryKind.Charged, key, cents, note: $"card ..{card}");
        return Answer.Of(201, new { id = $"charge-{id}", request.OrderId, request.Amount });
    }

    public static Answer Refund(LedgerTransaction transaction, string orderId, string? key)
    {
        var open = 0m;
        var wasCharged = false;
        foreach (var entry in transaction.EntriesOf(orderId))
        {
            if (entry.Kind == EntryKind.Charged) (open, wasCharged) = (open + (entry.Amount ?? 0), true);
            if (entry.Kind == EntryKind.Refunded) open = 0;
        }

        if (open > 0)
        {
            transaction.Append(orderId, EntryKind.Refunded, key, Money.Cents(open));
        }
        else if (!wasCharged && !transaction.HasTombstone(ShopEndpoints.Payments, orderId))
        {
            transaction.PutTombstone(ShopEndpoints.Payments, orderId);
            transaction.Append(orderId, EntryKind.Tombstoned, key, note: ShopEndpoints.Payments);
        }

        // The second refund of a charge finds nothing open: one refund, answered as often as it is asked for.
        return Answer.Of(200, new { orderId, refunded = open });
    }
}
