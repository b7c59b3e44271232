namespace Actors.Client.Http;

/// <summary>Reads the lines of a stream, which end with a line feed; none may be longer than a bound.</summary>
internal sealed class BoundedLines(Stream body, int bytesMax) : IDisposable
{
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _scanned;
    private int _end;

    /// <summary>
    /// The next line without its end, valid until the next call; null at the end of the stream. What follows the last
    /// line feed is no line.
    /// </summary>
    /// <exception cref="TerminalException"><c>event-too-large</c>: the line is longer than it may be.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (found >= 0) return Take(_scanned + found);
            _scanned = _end;
            if (_end - _start > bytesMax) throw TooLarge(bytesMax);
            MakeRoom();
            var read = await body.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0) return null;
            _end += read;
        }
    }

    public static TerminalException TooLarge(int bytesMax) => new(
        $"the silo sent an event of more than {bytesMax} bytes, the most this client takes " +
        $"({nameof(HttpActorsClientOptions)}.{nameof(HttpActorsClientOptions.EventBytesMax)}); raise it, or read the " +
        "history in pages", "event-too-large");

    public void Dispose() => body.Dispose();

    private ReadOnlyMemory<byte> Take(int lineFeed)
    {
        var length = lineFeed - _start;
        if (length > bytesMax) throw TooLarge(bytesMax);
        var line = _buffer.AsMemory(_start, length);
        _start = _scanned = lineFeed + 1;
        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length) return;
        var kept = _buffer.AsSpan(_start, _end - _start);
        // What is above the bound was refused, so that this always leaves room.
        var longest = bytesMax + 4096L;
        var isCrowded = kept.Length > _buffer.Length / 2 && _buffer.Length < longest;
        var next = isCrowded ? new byte[Math.Min(_buffer.Length * 2L, longest)] : _buffer;
        kept.CopyTo(next);
        (_buffer, _start, _scanned, _end) = (next, 0, _scanned - _start, kept.Length);
    }
}
