using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Actors.Storage;

/// <summary>
/// The checksum chain of a journal: CRC-32C over the value before, the record's numbers and its events, seeded by the
/// key's text. So a record that is damaged, missing, out of order or of another key does not fit. Frozen with format
/// version 1.
/// </summary>
internal static class JournalChain
{
    /// <summary>The value before the first record of a key.</summary>
    public static uint Seed(GrainKey key) => Crc(uint.MaxValue, Encoding.UTF8.GetBytes(key.ToString()));

    /// <summary>The value of a record.</summary>
    public static uint Next(
        uint previous, long firstSequence, int count, long epoch, long at, ReadOnlySpan<byte> events)
    {
        var crc = BitOperations.Crc32C(previous, (ulong)firstSequence);
        crc = BitOperations.Crc32C(crc, (uint)count);
        crc = BitOperations.Crc32C(crc, (ulong)epoch);
        crc = BitOperations.Crc32C(crc, (ulong)at);
        return Crc(crc, events);
    }

    /// <summary>The checksum of a snapshot: of its state, on top of the value of the record it belongs to.</summary>
    public static uint OfSnapshot(uint chain, long sequence, ReadOnlySpan<byte> state) =>
        Crc(BitOperations.Crc32C(chain, (ulong)sequence), state);

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
