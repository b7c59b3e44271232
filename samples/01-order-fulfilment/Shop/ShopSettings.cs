using System.Globalization;
using System.Net;
using Shop.Faults;
using Shop.Ledger;

namespace Shop;

/// <summary>A setting at start is wrong; the message says which and what is allowed.</summary>
public sealed class ShopSettingsException(string message) : Exception(message);

/// <summary>What the shop was started with.</summary>
internal sealed record ShopSettings(
    IReadOnlyList<string> Urls, string LedgerFile, IReadOnlyList<StockLevel> Stock, KnobSettings Knobs)
{
    public const string DefaultUrl = "http://127.0.0.1:5100";

    // What is on the shelves of a new ledger: enough for any test run, and one item that is always sold out.
    private static readonly StockLevel[] Shelves =
    [
        new("cable", 100_000, 100_000, 90),
        new("keyboard", 100_000, 100_000, 800),
        new("screen", 100_000, 100_000, 5_200),
        new("typewriter", 0, 0, 6_500),
    ];

    public static ShopSettings From(IConfiguration configuration)
    {
        var urls = (configuration["urls"] ?? DefaultUrl).Split(';', StringSplitOptions.RemoveEmptyEntries);
        foreach (var url in urls) RequireLoopback(url);
        var ledger = configuration["ledger"] ?? "shop-ledger.db";
        var stock = Shelves.Select(level => Stocked(level, configuration[$"stock:{level.Item}"])).ToArray();
        return new ShopSettings(urls, ledger, stock, KnobReader.Read(configuration.GetSection("knobs")));
    }

    private static StockLevel Stocked(StockLevel level, string? text)
    {
        if (text is null) return level;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            throw new ShopSettingsException($"--stock:{level.Item} is '{text}'; it must be a whole number from 0");
        return level with { Initial = count, Available = count };
    }

    private static void RequireLoopback(string url)
    {
        var loopback = Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp &&
            (uri.Host == "localhost" || IPAddress.TryParse(uri.Host, out var address) && IPAddress.IsLoopback(address));
        if (!loopback)
        {
            throw new ShopSettingsException(
                $"--urls '{url}' is refused: the shop has no authentication and listens on loopback only, " +
                $"for example {DefaultUrl}, or http://127.0.0.1:0 for a free port");
        }
    }
}
