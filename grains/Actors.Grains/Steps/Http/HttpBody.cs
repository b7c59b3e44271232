using System.Buffers;
using System.Net.Http.Headers;
using System.Text;

namespace Actors.Grains.Steps;

/// <summary>Reads the body of a response within a bound.</summary>
internal static class HttpBody
{
    private const int BeginningBytesMax = 8192;

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>The whole body; null: it has more bytes than allowed.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(
        HttpContent content, long bytesMax, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > bytesMax) return null;
        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(announced ?? 4096, 256, 1 << 20));
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(4096), cancellationToken);
            if (read == 0) return body.WrittenSpan.ToArray();
            body.Advance(read);
            if (body.WrittenCount > bytesMax) return null;
        }
    }

    /// <summary>The first 8 KiB of the body of a failed request, as text; what can't be read is left out.</summary>
    public static async ValueTask<string> ReadBeginningAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[BeginningBytesMax];
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            length = await stream.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The status has come, and it is what decides.
        }

        return Text(buffer.AsSpan(0, length), content.Headers.ContentType).Trim();
    }

    /// <summary>
    /// The body as a value: JSON as it is, unless the server says that it is plain text or the like; anything else as
    /// a string; nothing as null.
    /// </summary>
    public static Payload ToPayload(ReadOnlyMemory<byte> body, MediaTypeHeaderValue? type)
    {
        if (body.Span.StartsWith(Utf8Mark)) body = body[Utf8Mark.Length..];
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0) return Payload.Null;
        var isText = type?.MediaType?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) == true;
        if (!isText)
        {
            try
            {
                return Payload.FromUtf8(body);
            }
            catch (InvalidPayloadException)
            {
                // Not JSON, whatever the server calls it.
            }
        }

        return Payload.From(Text(body.Span, type));
    }

    private static string Text(ReadOnlySpan<byte> bytes, MediaTypeHeaderValue? type)
    {
        try
        {
            var named = type?.CharSet is { Length: > 0 } name ? Encoding.GetEncoding(name.Trim('"')) : Encoding.UTF8;
            return named.GetString(bytes);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
