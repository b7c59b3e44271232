using System.Net;
using Actors.Silo.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Actors.Silo.Hosting;

/// <summary>Keeps a silo without authentication off the network.</summary>
internal static class LoopbackOnly
{
    public const string Reason =
        "authentication is not configured, so a silo listens on loopback addresses only " +
        "(http://127.0.0.1:PORT, http://[::1]:PORT, " +
        "http://localhost:PORT); put a reverse proxy that authenticates in front of it";

    public static void CheckUrl(string url, List<string> errors)
    {
        // '*' and '+' stand for every address where servers are configured; no Uri takes them.
        var plain = url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal)
            .Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(plain, UriKind.Absolute, out var address) ||
            address.Scheme != Uri.UriSchemeHttp || address.PathAndQuery != "/")
        {
            errors.Add($"Silo:Urls has '{url}'; an address has the form http://127.0.0.1:5080");
            return;
        }

        var isLoopback = address.Host == "localhost" ||
            IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip);
        if (!isLoopback) errors.Add($"the silo does not listen on '{url}': {Reason}");
    }
}

/// <summary>
/// The last guard: whatever configured an endpoint, and however, nothing but a loopback address is bound.
/// </summary>
internal sealed class LoopbackListenerFactory(IConnectionListenerFactory sockets) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is IPEndPoint ip && IPAddress.IsLoopback(ip.Address)
            ? sockets.BindAsync(endpoint, cancellationToken)
            : throw new SiloStartException($"the silo does not listen on '{endpoint}': {LoopbackOnly.Reason}");
}
