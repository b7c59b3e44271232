using Shop.Http;
using Shop.Ledger;

namespace Shop.Desks;

/// <summary>
/// Label printer, insurer and warehouse. They do what they are told and know nothing of payments: keeping the desks
/// consistent is the business of the process, and whether it did is what the audit finds out.
/// </summary>
internal static class Shipping
{
    public static Answer PrintLabel(LedgerTransaction transaction, LabelRequest request, string? key)
    {
        var id = transaction.Append(request.OrderId, EntryKind.Labelled, key, note: $"{request.Weight} g");
        return Answer.Of(201, new { request.OrderId, tracking = $"TRACK-{id:D8}" });
    }

    public static Answer Insure(LedgerTransaction transaction, InsuranceRequest request, string? key)
    {
        var id = transaction.Append(request.OrderId, EntryKind.Insured, key, Money.Cents(request.Total));
        return Answer.Of(201, new { request.OrderId, policy = $"policy-{id}" });
    }

    public static Answer Notify(LedgerTransaction transaction, NotificationRequest request, string? key)
    {
        transaction.Append(request.OrderId, EntryKind.Notified, key);
        return Answer.Of(202, new { request.OrderId });
    }
}
