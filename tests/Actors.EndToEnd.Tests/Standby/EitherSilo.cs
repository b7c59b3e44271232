using System.Net;
using System.Net.Sockets;

namespace Actors.EndToEnd.Tests.Standby;

/// <summary>
/// What stands in front of an owner and its standby: sends requests to one of them until it is gone or stands by, and
/// then to the other. It repeats nothing: that is the client's.
/// </summary>
internal sealed class EitherSilo(Uri first, Uri second) : DelegatingHandler(new SocketsHttpHandler
{
    ConnectTimeout = TimeSpan.FromSeconds(2),
})
{
    private int _turn;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var turn = Volatile.Read(ref _turn);
        request.RequestUri = new Uri(turn % 2 == 0 ? first : second, request.RequestUri!.PathAndQuery);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                // A person would wait as long as the silo asks; the next one may have time now.
                response.Headers.RetryAfter = null;
                Interlocked.CompareExchange(ref _turn, turn + 1, turn);
            }

            return response;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            Interlocked.CompareExchange(ref _turn, turn + 1, turn);
            throw;
        }
    }
}
