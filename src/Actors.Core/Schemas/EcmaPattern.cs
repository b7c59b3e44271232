using System.Text;
using System.Text.RegularExpressions;

namespace Actors.Core.Schemas;

/// <summary>
/// Reads a pattern as ECMA-262 does, where .NET differs: <c>\d</c> and <c>\w</c> are ASCII, <c>$</c> is the very end,
/// and a dot is no line end of any kind. Groups, look-around and references are taken over as they are.
/// </summary>
internal static class EcmaPattern
{
    /// <summary>Longest time of one match.</summary>
    public static TimeSpan TimeMax { get; } = TimeSpan.FromMilliseconds(250);

    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static Regex Compile(string pattern)
    {
        var text = Translate(pattern);
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeMax);
        }
        catch (NotSupportedException)
        {
            // Look-around and references need backtracking; the time bounds it.
            return new Regex(text, RegexOptions.CultureInvariant, TimeMax);
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var isInClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], isInClass));
                continue;
            }

            if (c == '[' && isInClass)
            {
                // .NET would take it for a class to subtract.
                text.Append("\\[");
                continue;
            }

            isInClass = c == '[' || (isInClass && c != ']');
            text.Append((c, isInClass) switch
            {
                ('$', false) => @"\z",
                ('.', false) => @"[^\n\r\u2028\u2029]",
                _ => c.ToString(),
            });
        }

        return text.ToString();
    }

    private static string Escape(char c, bool isInClass) => (c, isInClass) switch
    {
        ('d', true) => "0-9",
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', true) => "A-Za-z0-9_",
        ('w', false) => "[A-Za-z0-9_]",
        ('W', false) => "[^A-Za-z0-9_]",
        _ => "\\" + c,
    };
}
