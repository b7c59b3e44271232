using Actors.Journal;
using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>Reads the text that names a database: an address or a connection string of Npgsql.</summary>
internal static class ConnectionText
{
    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    /// <summary>Whether a text is an address of this store.</summary>
    public static bool IsAddress(string text) =>
        Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="schema">The schema that an address names; else null.</param>
    /// <exception cref="StoreOpenException">It is neither.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text, out string? schema)
    {
        schema = null;
        try
        {
            return IsAddress(text) ? ReadAddress(text, ref schema) : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException
            or OverflowException)
        {
            // Without the text: it may hold the password.
            throw new StoreOpenException(
                "The database is not named by a valid address or connection string: write " +
                "postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, or Host=...;Database=...;Username=...",
                StoreOpenException.NotAStore,
                e);
        }
    }

    private static NpgsqlConnectionStringBuilder ReadAddress(string text, ref string? schema)
    {
        // Without a host the address names a Unix socket in the query; Uri wants one.
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var hasHost = start < text.Length && text[start] is not ('/' or '?');
        var address = new Uri(hasHost ? text : text.Insert(start, "localhost"), UriKind.Absolute);
        var builder = new NpgsqlConnectionStringBuilder { Host = address.IdnHost };
        if (address.Port > 0) builder.Port = address.Port;
        if (address.AbsolutePath.Length > 1) builder.Database = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        var user = address.UserInfo.Split(':', 2);
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var name = Uri.UnescapeDataString(parts[0]).Replace('_', ' ');
            var value = Uri.UnescapeDataString(parts.Length == 2 ? parts[1] : "");
            if (string.Equals(name, "schema", StringComparison.OrdinalIgnoreCase)) schema = value;
            else builder[NpgsqlName(name)] = value;
        }

        return builder;
    }

    // libpq's names where Npgsql has others.
    private static string NpgsqlName(string name) => name switch
    {
        "user" => "Username",
        "dbname" => "Database",
        "connect timeout" => "Timeout",
        "sslmode" => "SSL Mode",
        _ => name,
    };
}
