using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Actors.Core.JsonPath;

/// <summary>
/// I-Regexp (RFC 9485), run by .NET's engine without backtracking. A pattern that is none matches nothing. Compiled
/// patterns are kept, up to a bound.
/// </summary>
internal static class IRegexp
{
    private const int CacheMax = 1024;
    private const string AnyButLineEnd = @"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\n\r])";

    private static readonly ConcurrentDictionary<(string Pattern, bool IsWhole), Regex?> Cache = new();

    public static bool IsMatch(string text, string pattern, bool isWhole)
    {
        if (!Cache.TryGetValue((pattern, isWhole), out var regex))
        {
            regex = Compile(pattern, isWhole);
            if (Cache.Count < CacheMax) Cache.TryAdd((pattern, isWhole), regex);
        }

        try
        {
            return regex?.IsMatch(text) == true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Regex? Compile(string pattern, bool isWhole)
    {
        var translated = Translate(pattern);
        if (isWhole) translated = $@"\A(?:{translated})\z";
        const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
        try
        {
            return new Regex(translated, Options | RegexOptions.NonBacktracking, TimeSpan.FromMilliseconds(250));
        }
        catch (NotSupportedException)
        {
            return new Regex(translated, Options, TimeSpan.FromMilliseconds(250));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// RFC 9485 section 5.3: a dot outside of classes is anything but a line end; a dollar or caret stands for
    /// itself.
    /// </summary>
    private static string Translate(string pattern)
    {
        var builder = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '\\' when i + 1 < pattern.Length:
                    builder.Append(c).Append(pattern[++i]);
                    break;
                case '[':
                    inClass = true;
                    builder.Append(c);
                    break;
                case ']':
                    inClass = false;
                    builder.Append(c);
                    break;
                case '.' when !inClass: builder.Append(AnyButLineEnd); break;
                default: builder.Append(c); break;
            }
        }

        return builder.ToString();
    }
}
