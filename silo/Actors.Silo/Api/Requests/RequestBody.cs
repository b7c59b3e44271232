using System.Text.Json;
using Actors.Silo.Api.Problems;
using Microsoft.Net.Http.Headers;

namespace Actors.Silo.Api.Requests;

/// <summary>
/// Reads a request body that is one JSON value: bounded in size and depth, checked once, copied once.
/// </summary>
internal static class RequestBody
{
    private const int FirstBytes = 64 * 1024;

    /// <summary>The body; JSON null if there is none.</summary>
    /// <exception cref="EdgeException">It is not application/json.</exception>
    /// <exception cref="BodyTooLargeException">It is larger than the limit.</exception>
    /// <exception cref="InvalidPayloadException">It is not JSON that the engine takes.</exception>
    public static async Task<Payload> ReadAsync(HttpContext context, long bytesMax, CancellationToken cancellationToken)
    {
        var request = context.Request;
        CheckMediaType(request);
        // The server takes what is still being sent, for a few seconds, so that the caller gets to read its answer.
        if (request.ContentLength > bytesMax) throw new BodyTooLargeException(bytesMax);

        // One byte more than announced: the end is then seen without growing.
        var bytes = new byte[Math.Min(request.ContentLength ?? FirstBytes, FirstBytes) + 1];
        var length = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(bytes.AsMemory(length), cancellationToken);
            if (read == 0) break;
            length += read;
            if (length > bytesMax) throw new BodyTooLargeException(bytesMax);
            if (length == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(Math.Max(2L * length, FirstBytes), bytesMax + 1));
        }

        // What the engine keeps must not hold on to much more than it is.
        if (bytes.Length - length > 64 + length / 8) Array.Resize(ref bytes, length);
        return length == 0 ? Payload.Null : Check(bytes.AsMemory(0, length));
    }

    private static void CheckMediaType(HttpRequest request)
    {
        if (string.IsNullOrEmpty(request.ContentType))
        {
            if (request.ContentLength is null or 0 && !request.Headers.ContainsKey(HeaderNames.TransferEncoding))
                return;
        }
        else if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && IsJson(type))
        {
            return;
        }

        throw new EdgeException(
            415, EdgeException.UnsupportedMediaType,
            $"the body is sent as '{request.ContentType}'; send it as application/json in UTF-8");
    }

    private static bool IsJson(MediaTypeHeaderValue type) =>
        (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ||
         type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)) &&
        (type.Charset.Length == 0 ||
         type.Charset.AsSpan().Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static Payload Check(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return Payload.FromUtf8(utf8);
        }
        catch (InvalidPayloadException e) when (e.InnerException is JsonException json)
        {
            var reason = json.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw new InvalidPayloadException(
                $"the body is not JSON that the engine takes, at line {json.LineNumber + 1}, byte " +
                $"{json.BytePositionInLine + 1}: {reason}", e);
        }
    }
}
