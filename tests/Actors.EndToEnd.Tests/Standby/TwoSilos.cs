using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Actors.Client;
using Actors.EndToEnd.Tests.Faults;
using Shouldly;

namespace Actors.EndToEnd.Tests.Standby;

/// <summary>Two silos as child processes on one schema of a PostgreSQL server: an owner and its hot standby.</summary>
internal sealed class TwoSilos : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _health = new() { Timeout = TimeSpan.FromSeconds(1) };

    private TwoSilos(ShopOnPostgres shop, string schema, string lease, bool ownerStandsBy)
    {
        Store = new StoreOfTest(shop.Server, schema);
        string[] settings = ["--store", Store.Address, "--lease", lease];
        string[] standing = [.. settings, "--standby"];
        Owner = FaultServer.Silo(shop.Folder, shop.Address, ownerStandsBy ? standing : settings);
        Standby = FaultServer.Silo(shop.Folder, shop.Address, standing);
    }

    /// <summary>The silo that was started first.</summary>
    public FaultServer Owner { get; }

    /// <summary>The silo that was started second.</summary>
    public FaultServer Standby { get; }

    public StoreOfTest Store { get; }

    /// <summary>Starts both; the second stands by when this ends.</summary>
    public static async Task<TwoSilos> StartAsync(
        ShopOnPostgres shop, string schema, string lease, bool ownerStandsBy, CancellationToken cancellationToken)
    {
        var silos = new TwoSilos(shop, schema, lease, ownerStandsBy);
        await silos.Owner.StartAsync(cancellationToken);
        await silos.Standby.StartAsync(cancellationToken);
        await silos.BecomesAsync(silos.Owner, "ready", cancellationToken);
        await silos.BecomesAsync(silos.Standby, "standby", cancellationToken);
        return silos;
    }

    /// <summary>A client that finds the one of both that works.</summary>
    public HttpActorsClient Connect(HttpActorsClientOptions options) => new(
        new HttpClient(new EitherSilo(Owner.Address, Standby.Address)) { BaseAddress = Owner.Address }, options);

    /// <summary>Waits until a silo's readiness has a status, and gives the answer.</summary>
    public async Task<JsonElement> BecomesAsync(
        FaultServer silo, string status, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PollInterval, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                using var response = await _health.GetAsync(new Uri(silo.Address, "/health/ready"), cancellationToken);
                var answer = await response.Content.ReadAsStringAsync(cancellationToken);
                var health = JsonDocument.Parse(answer).RootElement;
                if (health.GetProperty("status").GetString() != status) continue;
                response.StatusCode.ShouldBe(
                    status == "ready" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
                return health;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                // It hangs, or has not come up yet.
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>
    /// When the newest owner recorded the first event of an invocation that an earlier owner had begun.
    /// </summary>
    public async Task<DateTimeOffset> FirstResumedAsync(CancellationToken cancellationToken)
    {
        const string text =
            """
            SELECT min(j.at) FROM journal j JOIN keys k ON k.id = j.key_id
            WHERE k.kind = 1 AND j.epoch > k.epoch AND j.epoch = (SELECT max(epoch) FROM owners)
            """;
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds((long)await Store.AnsweredAsync(text, cancellationToken));
        }
        catch (OperationCanceledException e)
        {
            const string how =
                """
                SELECT string_agg(format('epoch %s: %s begun, %s unfinished', epoch, begun, unfinished), '; ') FROM (
                    SELECT epoch, count(*) AS begun, count(*) FILTER (WHERE resume) AS unfinished
                    FROM keys WHERE kind = 1 GROUP BY epoch ORDER BY epoch) k
                """;
            throw new TimeoutException(
                $"Nothing was resumed. {await Store.AskAsync(how, CancellationToken.None)}. " +
                $"First silo, {(Owner.HasEnded ? "ended" : "running")}: {Owner.Errors}\n" +
                $"Second, {(Standby.HasEnded ? "ended" : "running")}: {Standby.Errors}",
                e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await Standby.DisposeAsync();
        await Store.DisposeAsync();
        _health.Dispose();
    }
}
