using System.Security.Cryptography;
using System.Text;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>Names a definition by what it says: equal maps, however they were written, have equal hashes.</summary>
public static class ContentHash
{
    /// <summary>
    /// SHA-256 over the UTF-8 of <see cref="StepMapJson.Write"/>, as 64 lower-case hexadecimal digits.
    /// </summary>
    public static string Of(StepMap map) => OfCanonical(StepMapJson.Write(map));

    /// <summary>The same, of text that <see cref="StepMapJson.Write"/> has written.</summary>
    public static string OfCanonical(string canonicalJson) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalJson)));
}
