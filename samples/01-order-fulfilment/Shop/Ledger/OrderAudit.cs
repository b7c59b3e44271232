namespace Shop.Ledger;

/// <summary>Follows one order through its entries, oldest first.</summary>
internal sealed class OrderAudit(string orderId, List<Violation> violations)
{
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private decimal _open;
    private int _openCharges;
    private int _labels;
    private bool _paymentClosed;
    private bool _inventoryClosed;

    public string OrderId { get; } = orderId;

    public void Add(LedgerEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Charged:
                Charge(entry);
                break;
            case EntryKind.Refunded:
                if (entry.Amount != _open)
                    Report(Audit.RefundedTooMuch, $"refund {entry.Id} of {entry.Amount}, charged {_open}");
                (_open, _openCharges) = (0, 0);
                break;
            case EntryKind.Reserved:
                Reserve(entry);
                break;
            case EntryKind.Released:
                _held.Remove(entry.Item ?? "");
                break;
            case EntryKind.Labelled:
                if (++_labels > 1) Report(Audit.LabelledTwice, $"label {entry.Id} is label number {_labels}");
                break;
            case EntryKind.Tombstoned:
                _paymentClosed |= entry.Note == ShopEndpoints.Payments;
                _inventoryClosed |= entry.Note == ShopEndpoints.Reservations;
                break;
            case EntryKind.Insured or EntryKind.Notified or EntryKind.Declined or EntryKind.Refused:
                break;
            default:
                throw new InvalidOperationException($"entry {entry.Id} has the unknown kind {entry.Kind}");
        }
    }

    /// <summary>Judges how the order ended.</summary>
    public void Close()
    {
        if (_openCharges > 0 && _labels == 0)
            Report(Audit.ChargedWithoutOutcome, $"{_open} charged, no label, no refund");
        if (_labels > 0 && _openCharges == 0) Report(Audit.LabelWithoutCharge, "labelled, and nothing is charged");
        if (_labels > 0 && _held.Count == 0) Report(Audit.LabelWithoutReservation, "labelled, and nothing is reserved");
        if (_labels == 0 && _held.Count > 0)
            Report(Audit.ReservationLeftOver, string.Join(", ", _held.Select(held => $"{held.Value} x {held.Key}")));
    }

    private void Charge(LedgerEntry entry)
    {
        if (++_openCharges > 1) Report(Audit.ChargedTwice, $"charge {entry.Id} while {_open} was already charged");
        if (_paymentClosed) Report(Audit.EffectAfterTombstone, $"charge {entry.Id} after the payment was closed");
        _open += entry.Amount ?? 0;
    }

    private void Reserve(LedgerEntry entry)
    {
        if (_inventoryClosed) Report(Audit.EffectAfterTombstone, $"reservation {entry.Id} after it was closed");
        if (!_held.TryAdd(entry.Item ?? "", entry.Quantity ?? 0))
            Report(Audit.ReservedTwice, $"reservation {entry.Id} of {entry.Item}, which was reserved already");
    }

    private void Report(string rule, string detail) => violations.Add(new Violation(rule, OrderId, detail));
}
