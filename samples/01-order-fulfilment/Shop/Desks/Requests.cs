using Shop.Http;

namespace Shop.Desks;

/// <summary>Holds stock for an order.</summary>
internal sealed record ReservationRequest(string OrderId, IReadOnlyList<OrderLine> Lines) : IShopRequest
{
    public const int LinesMax = 100;
    public const int QuantityMax = 1_000;

    public void Validate()
    {
        if (Lines.Count is 0 or > LinesMax) throw new BadRequestException($"lines must have 1 to {LinesMax} elements");
        foreach (var line in Lines)
        {
            if (line is null) throw new BadRequestException("a line must be an object with item and quantity");
            if (line.Quantity is < 1 or > QuantityMax)
            {
                throw new BadRequestException(
                    $"quantity of '{line.Item}' is {line.Quantity}; it must be from 1 to {QuantityMax}");
            }
        }

        if (Lines.Select(line => line.Item).Distinct(StringComparer.Ordinal).Count() != Lines.Count)
            throw new BadRequestException("an item may be on one line only; add up its quantities");
    }
}

/// <summary>One line of an order.</summary>
internal sealed record OrderLine(string Item, int Quantity);

/// <summary>Charges a card.</summary>
internal sealed record PaymentRequest(string OrderId, decimal Amount, string Card) : IShopRequest
{
    public void Validate()
    {
        Money.Validate("amount", Amount);
        if (!CardNumber.IsValid(Card))
            throw new BadRequestException("card must have 12 to 19 digits, and its check digit must be right");
    }
}

/// <summary>Prints a shipping label.</summary>
internal sealed record LabelRequest(string OrderId, int Weight) : IShopRequest
{
    public void Validate()
    {
        if (Weight < 1) throw new BadRequestException($"weight is {Weight}; it must be at least 1 gram");
    }
}

/// <summary>Insures a parcel.</summary>
internal sealed record InsuranceRequest(string OrderId, decimal Total) : IShopRequest
{
    public void Validate() => Money.Validate("total", Total);
}

/// <summary>Tells the warehouse.</summary>
internal sealed record NotificationRequest(string OrderId) : IShopRequest
{
    public void Validate()
    {
        // Any order may be told of.
    }
}

/// <summary>Amounts of money: whole cents, kept as such.</summary>
internal static class Money
{
    public const decimal Max = 1_000_000m;

    public static void Validate(string name, decimal amount)
    {
        if (amount is <= 0 or > Max || decimal.Round(amount, 2) != amount)
            throw new BadRequestException($"{name} is {amount}; it must be above 0, at most {Max} and in whole cents");
    }

    public static long Cents(decimal amount) => (long)(amount * 100);
}

/// <summary>Card numbers. Only their last four digits are ever kept.</summary>
internal static class CardNumber
{
    // As the test cards of payment services do: a number of this ending is valid, and always declined.
    private const string DeclinedEnding = "0002";

    /// <summary>12 to 19 digits with a check digit after Luhn (ISO/IEC 7812-1).</summary>
    public static bool IsValid(string card)
    {
        if (card.Length is < 12 or > 19 || !card.All(char.IsAsciiDigit)) return false;
        var sum = 0;
        for (var i = 0; i < card.Length; i++)
        {
            var digit = card[card.Length - 1 - i] - '0';
            if (i % 2 == 1 && (digit *= 2) > 9) digit -= 9;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    public static bool IsDeclined(string card) => card.EndsWith(DeclinedEnding, StringComparison.Ordinal);

    public static string LastFour(string card) => card[^4..];
}
