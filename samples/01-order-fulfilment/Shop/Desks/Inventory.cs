using Shop.Http;
using Shop.Ledger;

namespace Shop.Desks;

/// <summary>
/// The inventory desk: all lines of an order are held, or none. A release that overtakes its reservation leaves a
/// tombstone, as a refund does at the payment desk.
/// </summary>
internal static class Inventory
{
    public static Answer Reserve(LedgerTransaction transaction, ReservationRequest request, string? key)
    {
        if (transaction.HasTombstone(ShopEndpoints.Reservations, request.OrderId))
        {
            transaction.Append(request.OrderId, EntryKind.Refused, key, note: "reservation after release");
            return Answer.Problem(409, "order-closed",
                $"order '{request.OrderId}' was released before it was reserved; place it again under a new id");
        }

        if (Held(transaction, request.OrderId).Count > 0)
        {
            transaction.Append(request.OrderId, EntryKind.Refused, key, note: "reserved already");
            return Answer.Problem(409, "already-reserved",
                $"order '{request.OrderId}' has a reservation; release it first");
        }

        var shelves = transaction.Stock().ToDictionary(level => level.Item, StringComparer.Ordinal);
        foreach (var line in request.Lines)
        {
            if (!shelves.TryGetValue(line.Item, out var shelf))
                return Answer.Problem(404, "unknown-item", $"the shop has no item '{line.Item}'; see GET /stock");
            if (shelf.Available >= line.Quantity) continue;
            transaction.Append(request.OrderId, EntryKind.Refused, key,
                item: line.Item, quantity: line.Quantity, note: "out of stock");
            return Answer.Problem(409, "out-of-stock",
                $"'{line.Item}' is out of stock: {line.Quantity} ordered, {shelf.Available} available");
        }

        var weight = 0;
        foreach (var line in request.Lines)
        {
            transaction.Take(line.Item, line.Quantity);
            transaction.Append(request.OrderId, EntryKind.Reserved, key, item: line.Item, quantity: line.Quantity);
            weight += line.Quantity * shelves[line.Item].Grams;
        }

        return Answer.Of(201, new { request.OrderId, request.Lines, weight });
    }

    public static Answer Release(LedgerTransaction transaction, string orderId, string? key)
    {
        var held = Held(transaction, orderId);
        foreach (var (item, quantity) in held)
        {
            transaction.Take(item, -quantity);
            transaction.Append(orderId, EntryKind.Released, key, item: item, quantity: quantity);
        }

        if (held.Count == 0 && !WasReserved(transaction, orderId) &&
            !transaction.HasTombstone(ShopEndpoints.Reservations, orderId))
        {
            transaction.PutTombstone(ShopEndpoints.Reservations, orderId);
            transaction.Append(orderId, EntryKind.Tombstoned, key, note: ShopEndpoints.Reservations);
        }

        return new Answer(204, null);
    }

    private static bool WasReserved(LedgerTransaction transaction, string orderId) =>
        transaction.EntriesOf(orderId).Any(entry => entry.Kind == EntryKind.Reserved);

    private static Dictionary<string, int> Held(LedgerTransaction transaction, string orderId)
    {
        var held = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in transaction.EntriesOf(orderId))
        {
            if (entry is { Kind: EntryKind.Reserved, Item: { } item, Quantity: { } quantity }) held[item] = quantity;
            if (entry is { Kind: EntryKind.Released, Item: { } released }) held.Remove(released);
        }

        return held;
    }
}
