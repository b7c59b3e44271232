using System.Globalization;

namespace Actors.Storage;

/// <summary>Where a page of a list ended: the row's start and id. To callers it is a text without meaning.</summary>
internal static class ListCursor
{
    public static string Write(long startedAt, long id) =>
        string.Create(CultureInfo.InvariantCulture, $"{startedAt}.{id}");

    /// <summary>Behind which row to go on; the greatest there may be for no cursor.</summary>
    /// <exception cref="ArgumentException">No list gave this.</exception>
    public static (long StartedAt, long Id) Read(string? cursor)
    {
        if (cursor is null) return (long.MaxValue, long.MaxValue);
        var culture = CultureInfo.InvariantCulture;
        var dot = cursor.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0
            && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.AllowLeadingSign, culture, out var startedAt)
            && long.TryParse(cursor.AsSpan(dot + 1), NumberStyles.None, culture, out var id))
            return (startedAt, id);
        throw new ArgumentException(
            $"'{cursor}' is not a cursor that a list gave. Start again without one.", nameof(cursor));
    }
}
