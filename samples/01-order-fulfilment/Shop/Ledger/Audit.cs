namespace Shop.Ledger;

/// <summary>A rule of the books that an order, or a shelf, breaks.</summary>
/// <param name="Rule">Stable name, one of the constants of <see cref="Audit"/>.</param>
/// <param name="Subject">The order, or the item for <see cref="Audit.StockNotConserved"/>.</param>
/// <param name="Detail">What the books say.</param>
public sealed record Violation(string Rule, string Subject, string Detail);

/// <summary>What an audit found.</summary>
/// <param name="Orders">Orders in the books.</param>
/// <param name="Entries">Lines in the books.</param>
/// <param name="Charged">Sum of all charges.</param>
/// <param name="Refunded">Sum of all refunds.</param>
/// <param name="Kinds">Lines by kind.</param>
/// <param name="Violations">Empty if the books are in order.</param>
public sealed record AuditReport(
    int Orders, int Entries, decimal Charged, decimal Refunded,
    IReadOnlyDictionary<string, int> Kinds, IReadOnlyList<Violation> Violations);

/// <summary>
/// Reads the whole ledger and says what is wrong with it. It means something only while no order is under way: an
/// order between charge and label looks the same as one that was forgotten there.
/// </summary>
public static class Audit
{
    public const string ChargedTwice = "charged-twice";
    public const string ChargedWithoutOutcome = "charged-without-label-or-refund";
    public const string RefundedTooMuch = "refunded-other-than-charged";
    public const string LabelWithoutCharge = "label-without-charge";
    public const string LabelWithoutReservation = "label-without-reservation";
    public const string LabelledTwice = "labelled-twice";
    public const string ReservationLeftOver = "reservation-left-over";
    public const string ReservedTwice = "reserved-twice";
    public const string EffectAfterTombstone = "effect-after-tombstone";
    public const string StockNotConserved = "stock-not-conserved";

    public static AuditReport Run(LedgerFile ledger) => ledger.Read(transaction =>
        Check(transaction.Entries("ORDER BY order_id, id"), transaction.Stock().ToList()));

    /// <summary>Folds the entries, which come grouped by order and oldest first.</summary>
    internal static AuditReport Check(IEnumerable<LedgerEntry> entries, IReadOnlyList<StockLevel> shelves)
    {
        var violations = new List<Violation>();
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var held = new Dictionary<string, int>(StringComparer.Ordinal);
        var (orders, count, charged, refunded) = (0, 0, 0m, 0m);
        OrderAudit? order = null;
        foreach (var entry in entries)
        {
            if (entry.OrderId != order?.OrderId)
            {
                order?.Close();
                order = new OrderAudit(entry.OrderId, violations);
                orders++;
            }

            order.Add(entry);
            count++;
            var kind = entry.Kind.ToString().ToLowerInvariant();
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            if (entry.Kind == EntryKind.Charged) charged += entry.Amount ?? 0;
            if (entry.Kind == EntryKind.Refunded) refunded += entry.Amount ?? 0;
            if (entry is { Item: { } item, Kind: EntryKind.Reserved or EntryKind.Released })
            {
                var sign = entry.Kind == EntryKind.Reserved ? 1 : -1;
                held[item] = held.GetValueOrDefault(item) + sign * (entry.Quantity ?? 0);
            }
        }

        order?.Close();
        foreach (var shelf in shelves)
        {
            var taken = held.GetValueOrDefault(shelf.Item);
            if (shelf.Available == shelf.Initial - taken) continue;
            violations.Add(new(StockNotConserved, shelf.Item,
                $"{shelf.Available} available, but of {shelf.Initial} at first {taken} are held"));
        }

        return new AuditReport(orders, count, charged, refunded, kinds, violations);
    }
}
