using System.Text;

namespace Actors.Client.Http;

/// <summary>
/// Reads one connection of server-sent events, as far as the silo uses them (WHATWG HTML, section 9.2).
/// </summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;
    private readonly HttpActorsClientOptions _options;

    private EventStream(HttpResponseMessage response, Stream body, HttpActorsClientOptions options)
    {
        _response = response;
        _lines = new StreamReader(body, Encoding.UTF8);
        _options = options;
    }

    /// <summary>Whether anything, be it a keep-alive, has come over this connection.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>Whether an event has come over this connection.</summary>
    public bool HasDelivered { get; private set; }

    public static async Task<EventStream> OpenAsync(
        HttpResponseMessage response, HttpActorsClientOptions options, CancellationToken cancellationToken) =>
        new(response, await response.Content.ReadAsStreamAsync(cancellationToken), options);

    /// <summary>The next event; null if the connection has ended, was lost or has fallen silent.</summary>
    public async Task<HistoryEvent?> NextAsync(CancellationToken cancellationToken)
    {
        var data = new StringBuilder();
        try
        {
            while (await LineAsync(cancellationToken) is { } line)
            {
                IsAlive = true;
                if (line.StartsWith("data:", StringComparison.Ordinal)) data.Append(line.AsSpan(5)).Append('\n');
                if (line.Length > 0 || data.Length == 0) continue;
                HasDelivered = true;
                return ApiJson.Read<HistoryEvent>(Encoding.UTF8.GetBytes(data.ToString()));
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException &&
            !cancellationToken.IsCancellationRequested)
        {
            // Resumed by the caller, after the last whole event.
        }

        return null;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_options.WatchSilenceMax, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        return await _lines.ReadLineAsync(either.Token);
    }
}
