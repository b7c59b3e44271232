using System.Globalization;
using System.Text;

namespace Actors.Core.JsonPath;

/// <summary>Normalised paths, RFC 9535 section 2.7. Null stays null: no path is wanted.</summary>
internal static class NormalPath
{
    public static string? Index(string? path, long index) =>
        path is null ? null : string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    public static string? Name(string? path, string name)
    {
        if (path is null) return null;
        var builder = new StringBuilder(path).Append("['");
        foreach (var c in name)
        {
            switch (c)
            {
                case '\b': builder.Append("\\b"); break;
                case '\f': builder.Append("\\f"); break;
                case '\n': builder.Append("\\n"); break;
                case '\r': builder.Append("\\r"); break;
                case '\t': builder.Append("\\t"); break;
                case '\'': builder.Append("\\'"); break;
                case '\\': builder.Append("\\\\"); break;
                case < ' ': builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: builder.Append(c); break;
            }
        }

        return builder.Append("']").ToString();
    }
}
