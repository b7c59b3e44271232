using System.Net;
using Actors.Silo.Api.Problems;

namespace Actors.Silo.Hosting;

/// <summary>
/// Keeps web pages out of a silo without authentication. A browser on this machine reaches loopback addresses on behalf
/// of any page, also under a name that a foreign DNS server points here; both show in <c>Origin</c> or <c>Host</c>.
/// </summary>
internal static class LocalCallersOnly
{
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsLoopback(request.Host.Host)) throw Refused($"the request is for host '{request.Host}'");
        foreach (var origin in request.Headers.Origin)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || !IsLoopback(page.Host))
                throw Refused("the request comes from a web page of another machine (header Origin)");
        }

        return next(context);
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ||
        IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    private static EdgeException Refused(string what) => new(
        403, EdgeException.ForeignCaller,
        $"{what}, but authentication is not configured, so this silo answers local callers only; call it as " +
        "localhost, or let a reverse proxy that authenticates set Host and take Origin away");
}
