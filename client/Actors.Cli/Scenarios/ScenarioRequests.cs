using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Actors.Cli.Scenarios;

/// <summary>Sends a scenario's own requests to its services.</summary>
/// <param name="http">Sends them; the caller disposes it.</param>
/// <param name="services">Where each service listens.</param>
internal sealed class ScenarioRequests(HttpClient http, IReadOnlyDictionary<string, Uri> services)
{
    private const int AnswerCharactersMax = 500;

    /// <summary>Sends a request and expects a 2xx.</summary>
    /// <exception cref="ScenarioException">The service does not answer, or with something else.</exception>
    public async Task SendAsync(ScenarioRequest request, CancellationToken cancellationToken)
    {
        using var answer = await ExchangeAsync(request, cancellationToken);
    }

    /// <summary>Reads a JSON document.</summary>
    /// <exception cref="ScenarioException">The service does not answer, or not with JSON.</exception>
    public async Task<JsonElement> GetAsync(string target, CancellationToken cancellationToken)
    {
        using var answer = await ExchangeAsync(new ScenarioRequest("GET", target, null), cancellationToken);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            using var document = await JsonDocument.ParseAsync(body, default, cancellationToken);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new ScenarioException($"GET {target} did not answer with JSON: {e.Message}");
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(ScenarioRequest request, CancellationToken cancellationToken)
    {
        var slash = request.Target.IndexOf('/', StringComparison.Ordinal);
        using var message = new HttpRequestMessage(
            new HttpMethod(request.Method), new Uri(services[request.Target[..slash]], request.Target[slash..]));
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body.Utf8);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(message, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            throw new ScenarioException($"{request.Method} {request.Target} failed: {e.Message}");
        }

        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new ScenarioException($"{request.Method} {request.Target} answered {(int)answer.StatusCode}: " +
                text[..Math.Min(text.Length, AnswerCharactersMax)]);
        }
    }
}
