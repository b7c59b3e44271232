using System.Security.Cryptography;
using System.Text;

namespace Actors.Storage.Postgres;

/// <summary>
/// The first 128 bits of SHA-256 of a key's text, in the form that PostgreSQL compares fastest. Unique: no two keys
/// that anybody can find have the same.
/// </summary>
internal static class KeyHash
{
    public static Guid Of(GrainKey key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString()), hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
