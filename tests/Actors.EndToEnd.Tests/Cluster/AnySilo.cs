namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>
/// What stands in front of a cluster: gives each request to the next silo in turn. It repeats nothing: that is the
/// client's.
/// </summary>
internal sealed class AnySilo(IReadOnlyList<Uri> silos) : DelegatingHandler(new SocketsHttpHandler
{
    ConnectTimeout = TimeSpan.FromSeconds(2),
})
{
    private int _turn;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var silo = silos[(int)((uint)Interlocked.Increment(ref _turn) % (uint)silos.Count)];
        request.RequestUri = new Uri(silo, request.RequestUri!.PathAndQuery);
        var response = await base.SendAsync(request, cancellationToken);
        // A person would wait as long as the silo asks; the next one may have time now.
        response.Headers.RetryAfter = null;
        return response;
    }
}
