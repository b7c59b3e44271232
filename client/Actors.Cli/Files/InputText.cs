using System.Text.Json;
using System.Text.Unicode;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;

namespace Actors.Cli.Files;

/// <summary>Reads JSON that is given as text, as <c>@FILE</c>, or as <c>-</c> for standard input.</summary>
internal static class InputText
{
    /// <summary>The largest input: 16 MiB.</summary>
    public const int BytesMax = 16 * 1024 * 1024;

    /// <summary>What the option takes.</summary>
    public const string Forms = "JSON, @FILE to read it from a file, or - for standard input";

    /// <summary>Reads it.</summary>
    /// <param name="text">As given; null: JSON null.</param>
    /// <param name="what">What errors call it, such as <c>input</c>.</param>
    /// <param name="standardInput">For <c>-</c>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RefusedException">It is no JSON, too large, too deep, or not there.</exception>
    public static async Task<Payload> ReadAsync(
        string? text, string what, Stream standardInput, CancellationToken cancellationToken)
    {
        switch (text)
        {
            case null:
                return Payload.Null;
            case "-":
                const string Name = "standard input";
                return Check(await BytesAsync(standardInput, what, Name, cancellationToken), what, Name);
            case ['@', ..]:
                var file = text[1..];
                return Check(await FileAsync(file, what, cancellationToken), what, file);
            default:
                return Check(System.Text.Encoding.UTF8.GetBytes(text), what, null);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> FileAsync(
        string file, string what, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            return await BytesAsync(stream, what, file, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusedException($"the {what} can't be read: there is no file '{file}'", "not-found");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RefusedException($"the {what} can't be read from '{file}': {e.Message}", "not-readable");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(
        Stream stream, string what, string from, CancellationToken cancellationToken)
    {
        if (stream.CanSeek && stream.Length > BytesMax) throw TooLarge(what, from, Words.Bytes(stream.Length));
        using var bytes = new MemoryStream();
        var buffer = new byte[81920];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > BytesMax) throw TooLarge(what, from, "more than 16 MiB");
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static RefusedException TooLarge(string what, string from, string size) => new(
        $"the {what} ({from}) has {size}; at most 16 MiB are taken: keep large data where steps can read it, and " +
        "pass its address", "too-large");

    private static Payload Check(ReadOnlyMemory<byte> bytes, string what, string? from)
    {
        var name = from is null ? $"the {what}" : $"the {what} ({from})";
        if (bytes.Length > BytesMax) throw TooLarge(what, from ?? "the command line", "more than 16 MiB");
        if (bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        if (bytes.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            throw new RefusedException($"{name} is empty; give JSON, such as '{{}}' or null", "invalid-payload");
        if (!Utf8.IsValid(bytes.Span))
            throw new RefusedException($"{name} is not UTF-8; save it as UTF-8", "invalid-payload");
        try
        {
            return Payload.FromUtf8(bytes);
        }
        catch (InvalidPayloadException e)
        {
            var isDeep = e.InnerException is JsonException { Message: var inner } &&
                inner.Contains("maximum configured depth", StringComparison.Ordinal);
            var where = e.InnerException is JsonException { LineNumber: { } line, BytePositionInLine: { } column }
                ? $" at line {line + 1}, byte {column + 1}"
                : "";
            throw new RefusedException(
                isDeep
                    ? $"{name} is nested deeper than {Payload.DepthMax} levels{where}; flatten it"
                    : $"{name} is not JSON{where}: {Reason(e.InnerException?.Message ?? e.Message)}{Help(from, what)}",
                "invalid-payload");
        }
    }

    private static string Help(string? from, string what) => from is null
        ? $"; quote JSON for the shell, or give it as --{what} @FILE"
        : "";

    // The position is said already.
    private static string Reason(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}
