using Actors.Journal;

namespace Actors.Storage;

/// <summary>What an append must look like, whatever the journal holds. A breach is a mistake of the caller.</summary>
internal static class AppendRules
{
    private const int HashDigits = 64;

    /// <summary>Checks an append.</summary>
    /// <returns>Its size in bytes.</returns>
    /// <exception cref="ArgumentException">It breaks a rule.</exception>
    public static long Check(JournalAppend append, long bytesMax)
    {
        if (!Names.IsId(append.Key.Tenant) || !Names.IsId(append.Key.Type) || !Names.IsId(append.Key.Id))
            throw new ArgumentException($"'{append.Key}' is not a key: {nameof(Names)} has the rules.", nameof(append));
        if (append.EventCount < 1 || append.Events.IsEmpty)
            throw new ArgumentException($"An append to '{append.Key}' must hold at least one event.", nameof(append));
        if (append.ExpectedSequence < 0)
            throw new ArgumentException($"An append to '{append.Key}' expects a negative sequence.", nameof(append));
        var bytes = (long)append.Events.Length + (append.Snapshot?.Length ?? 0);
        if (!append.Payloads.IsDefaultOrEmpty)
        {
            foreach (var payload in append.Payloads)
            {
                if (payload.Hash.Hex is not { Length: HashDigits } hex || !hex.All(char.IsAsciiHexDigitLower))
                    throw new ArgumentException($"'{payload.Hash}' is not a payload hash.", nameof(append));
                bytes += payload.Bytes.Length;
            }
        }

        if (bytes <= bytesMax) return bytes;
        throw new ArgumentException(
            $"An append to '{append.Key}' has {bytes} bytes; the store takes up to {bytesMax} " +
            "(option AppendBytesMax).",
            nameof(append));
    }
}
