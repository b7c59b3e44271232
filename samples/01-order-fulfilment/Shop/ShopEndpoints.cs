namespace Shop;

/// <summary>Names of the endpoints that have knobs.</summary>
public static class ShopEndpoints
{
    public const string Reservations = "reservations";
    public const string Releases = "releases";
    public const string Payments = "payments";
    public const string Refunds = "refunds";
    public const string Labels = "labels";
    public const string Insurances = "insurances";
    public const string Notifications = "notifications";

    public static IReadOnlyList<string> All { get; } =
        [Reservations, Releases, Payments, Refunds, Labels, Insurances, Notifications];
}
