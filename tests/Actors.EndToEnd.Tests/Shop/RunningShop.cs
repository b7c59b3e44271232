using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Shop;
using Shop.Ledger;

namespace Actors.EndToEnd.Tests.Shop;

/// <summary>A shop in this process, on a free port, over a ledger in a folder of its own.</summary>
internal sealed class RunningShop : IAsyncDisposable
{
    public const string GoodCard = "4242424242424242";
    public const string DeclinedCard = "4000000000000002";

    private readonly DirectoryInfo _folder;
    private readonly string[] _settings;
    private WebApplication _app;

    private RunningShop(WebApplication app, DirectoryInfo folder, string[] settings)
    {
        (_app, _folder, _settings) = (app, folder, settings);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; private set; }

    public string LedgerFile => Path.Combine(_folder.FullName, "ledger.db");

    public static async Task<RunningShop> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("shop-");
        return new RunningShop(await StartAppAsync(folder, settings), folder, settings);
    }

    /// <summary>Stops the shop and starts another over the same ledger.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        _app = await StartAppAsync(_folder, _settings);
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public Task<HttpResponseMessage> ChargeAsync(
        string order, string? key, decimal amount = 10m, string card = GoodCard) =>
        SendAsync(HttpMethod.Post, "/payments", new { orderId = order, amount, card }, key);

    public Task<HttpResponseMessage> ReserveAsync(string order, string? key, string item = "cable", int quantity = 2) =>
        SendAsync(HttpMethod.Post, "/reservations",
            new { orderId = order, lines = new[] { new { item, quantity } } }, key);

    public Task<HttpResponseMessage> LabelAsync(string order, string? key) =>
        SendAsync(HttpMethod.Post, "/labels", new { orderId = order, weight = 100 }, key);

    public Task<HttpResponseMessage> RefundAsync(string order, string? key) =>
        SendAsync(HttpMethod.Post, $"/payments/{order}/refund", null, key);

    public Task<HttpResponseMessage> ReleaseAsync(string order, string? key) =>
        SendAsync(HttpMethod.Delete, $"/reservations/{order}", null, key);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await Http.SendAsync(request);
    }

    public async Task TurnAsync(string endpoint, object knobs)
    {
        var body = new { endpoints = new Dictionary<string, object> { [endpoint] = knobs } };
        (await SendAsync(HttpMethod.Put, "/knobs", body)).EnsureSuccessStatusCode();
    }

    /// <summary>The entries of an order, oldest first.</summary>
    public async Task<LedgerEntry[]> EntriesAsync(string order) =>
        (await Http.GetFromJsonAsync<LedgerEntry[]>($"/ledger/{order}"))!;

    /// <summary>Kinds of the entries of an order, oldest first.</summary>
    public async Task<EntryKind[]> KindsAsync(string order) =>
        [.. (await EntriesAsync(order)).Select(entry => entry.Kind)];

    public async Task<AuditReport> AuditAsync() => (await Http.GetFromJsonAsync<AuditReport>("/ledger/audit"))!;

    public async Task<string> ReadAsync(string path) =>
        JsonSerializer.Serialize(await Http.GetFromJsonAsync<JsonElement>(path));

    /// <summary>Changes the books behind the shop's back.</summary>
    public void Doctor(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={LedgerFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_removed;" + sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StopAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static async Task<WebApplication> StartAppAsync(DirectoryInfo folder, string[] settings)
    {
        var ledger = Path.Combine(folder.FullName, "ledger.db");
        var app = ShopApp.Build(["--urls", "http://127.0.0.1:0", "--ledger", ledger, .. settings]);
        await app.StartAsync();
        return app;
    }
}
