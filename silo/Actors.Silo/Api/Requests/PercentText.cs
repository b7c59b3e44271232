using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Actors.Silo.Api.Requests;

/// <summary>Percent-encoding, decoded exactly once and without leniency.</summary>
internal static class PercentText
{
    /// <summary>Decodes a path segment or header value.</summary>
    /// <returns>False if an escape is incomplete or the bytes are not UTF-8.</returns>
    public static bool TryDecode(string encoded, out string text)
    {
        text = encoded;
        if (!encoded.Contains('%', StringComparison.Ordinal)) return true;
        var bytes = Encoding.UTF8.GetBytes(encoded);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)'%')
            {
                bytes[length++] = bytes[i];
                continue;
            }

            if (i + 2 >= bytes.Length) return false;
            var (hex, decoded) = (bytes.AsMemory(i + 1, 2), bytes.AsMemory(length));
            if (Convert.FromHexString(hex.Span, decoded.Span, out _, out _) != OperationStatus.Done) return false;
            length++;
            i += 2;
        }

        if (!Utf8.IsValid(bytes.AsSpan(0, length))) return false;
        text = Encoding.UTF8.GetString(bytes, 0, length);
        return true;
    }
}
