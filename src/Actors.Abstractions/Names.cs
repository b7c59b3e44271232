using System.Diagnostics.CodeAnalysis;

namespace Actors;

/// <summary>
/// The rules for names that users choose. A name (tenant, process, step, service, signal, handler, entity type)
/// starts with a letter or digit, goes on with letters, digits, <c>_ - . :</c>, and has at most
/// <see cref="NameCharactersMax"/> characters; <c>..</c> is not allowed. An id (of an invocation or an entity, or an
/// idempotency key) is any text of 1 to <see cref="IdCharactersMax"/> characters without control characters.
/// </summary>
public static class Names
{
    /// <summary>The tenant of everything that names none.</summary>
    public const string DefaultTenant = "default";

    /// <summary>The longest name.</summary>
    public const int NameCharactersMax = 128;

    /// <summary>The longest id.</summary>
    public const int IdCharactersMax = 256;

    /// <summary>
    /// Whether <paramref name="text"/> may be the name of a process, step, service, signal and so on.
    /// </summary>
    public static bool IsName([NotNullWhen(true)] string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > NameCharactersMax || !char.IsAsciiLetterOrDigit(text[0]))
            return false;
        for (var i = 1; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or ':')) return false;
            if (c == '.' && text[i - 1] == '.') return false;
        }

        return true;
    }

    /// <summary>Whether <paramref name="text"/> may be the id of an invocation or an entity.</summary>
    public static bool IsId([NotNullWhen(true)] string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > IdCharactersMax) return false;
        foreach (var c in text)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) && !IsPaired(text)) return false;
        }

        return true;
    }

    private static bool IsPaired(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]))
            {
                if (++i == text.Length || !char.IsLowSurrogate(text[i])) return false;
            }
            else if (char.IsLowSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
