using System.Buffers;

namespace Actors.Client.Http;

/// <summary>
/// Reads one connection of server-sent events, as far as the silo uses them (WHATWG HTML, section 9.2).
/// </summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly BoundedLines _lines;
    private readonly HttpActorsClientOptions _options;

    private EventStream(HttpResponseMessage response, Stream body, HttpActorsClientOptions options)
    {
        _response = response;
        _lines = new BoundedLines(body, options.EventBytesMax);
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
    /// <exception cref="TerminalException"><c>event-too-large</c>: the event is larger than it may be.</exception>
    public async Task<HistoryEvent?> NextAsync(CancellationToken cancellationToken)
    {
        var data = new ArrayBufferWriter<byte>();
        try
        {
            while (await LineAsync(cancellationToken) is { } line)
            {
                IsAlive = true;
                if (line.Span.StartsWith("data:"u8)) Append(data, line.Span[5..]);
                if (line.Length > 0 || data.WrittenCount == 0) continue;
                HasDelivered = true;
                return ApiJson.Read<HistoryEvent>(data.WrittenSpan);
            }
        }
        catch (Exception e) when (ConnectionLoss.Is(e) && !cancellationToken.IsCancellationRequested)
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

    private void Append(ArrayBufferWriter<byte> data, ReadOnlySpan<byte> part)
    {
        if (data.WrittenCount + part.Length > _options.EventBytesMax)
            throw BoundedLines.TooLarge(_options.EventBytesMax);
        data.Write(part);
        data.Write("\n"u8);
    }

    private async Task<ReadOnlyMemory<byte>?> LineAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_options.WatchSilenceMax, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        return await _lines.NextAsync(either.Token);
    }
}
