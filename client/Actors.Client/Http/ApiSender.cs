using System.Net;

namespace Actors.Client.Http;

/// <summary>Sends requests and, within the bounds of the options, repeats those that failed for the moment.</summary>
internal sealed class ApiSender(HttpClient http, string baseAddress, HttpActorsClientOptions options)
{
    public HttpActorsClientOptions Options { get; } = options;

    /// <summary>Sends until there is a success; its body is read in full.</summary>
    /// <exception cref="ActorsException">
    /// What the silo threw, or <see cref="UnavailableException"/> if it could not be reached.
    /// </exception>
    public async Task<ReadOnlyMemory<byte>> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Sends until there is a success, and leaves the body to the caller.</summary>
    /// <exception cref="ActorsException">As above.</exception>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken) =>
        SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(
        ApiRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var patience = new Patience(Options);
        while (true)
        {
            ActorsException failure;
            bool mayRepeat;
            try
            {
                using var message = request.ToMessage(baseAddress);
                var response = await http.SendAsync(message, completion, cancellationToken);
                if (response.IsSuccessStatusCode) return response;
                using (response)
                {
                    var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                    failure = ApiProblem.ToException(response, body, request);
                    // A standby has certainly done nothing.
                    mayRepeat = failure is StandbyException || MayRepeat(request, response.StatusCode);
                }
            }
            catch (Exception e) when (ConnectionLoss.Is(e) && !cancellationToken.IsCancellationRequested)
            {
                failure = new UnavailableException($"the silo at {baseAddress} can't be reached: {e.Message}", e);
                mayRepeat = request.Repetition == Repetition.Safe || WasNotSent(e);
            }

            var asked = (failure as TransientException)?.RetryAfter;
            if (!mayRepeat || !await patience.PauseAsync(asked, cancellationToken)) throw failure;
        }
    }

    private static bool MayRepeat(ApiRequest request, HttpStatusCode status) => status switch
    {
        // Busy, or full: certainly not done.
        HttpStatusCode.TooManyRequests or HttpStatusCode.InsufficientStorage => true,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout =>
            request.Repetition == Repetition.Safe,
        _ => false,
    };

    private static bool WasNotSent(Exception e) => e is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or
            HttpRequestError.SecureConnectionError,
    };
}
