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
            var read = IsAddress(text) ? ReadAddress(text, ref schema) : new NpgsqlConnectionStringBuilder(text);
            // Of several hosts only one that can write is of use. The driver refuses to choose from one host.
            if (read.Host?.Contains(',', StringComparison.Ordinal) != true) read.TargetSessionAttributes = null;
            else read.TargetSessionAttributes ??= "read-write";
            return read;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException
            or OverflowException)
        {
            // Without the text: it may hold the password.
            throw new StoreOpenException(
                "The database is not named by a valid address or connection string: write " +
                "postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, or Host=...;Database=...;Username=...; " +
                "several hosts as HOST:PORT,HOST:PORT in either",
                StoreOpenException.NotAStore,
                e);
        }
    }

    private static NpgsqlConnectionStringBuilder ReadAddress(string text, ref string? schema)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.IndexOfAny(['/', '?', '#'], start) is var found and >= 0 ? found : text.Length;
        start = Math.Max(start, text.LastIndexOf('@', end - 1) + 1);
        var hosts = text[start..end];
        var hasMany = hosts.Contains(',', StringComparison.Ordinal);
        // Uri wants one host. Without any the address names a Unix socket in the query.
        var isOne = hosts.Length > 0 && !hasMany;
        var address = new Uri(isOne ? text : $"{text[..start]}localhost{text[end..]}", UriKind.Absolute);
        var builder = new NpgsqlConnectionStringBuilder { Host = hasMany ? CheckHosts(hosts) : address.IdnHost };
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

    // The driver reads them as they stand, but late.
    private static string CheckHosts(string hosts)
    {
        foreach (var host in hosts.Split(','))
        {
            if (new Uri($"{Schemes[0]}{host}", UriKind.Absolute).Host.Length == 0)
                throw new FormatException("There is a comma without a host.");
        }

        return hosts;
    }

    // libpq's names where Npgsql has others.
    private static string NpgsqlName(string name) => name switch
    {
        "user" => "Username",
        "dbname" => "Database",
        "connect timeout" => "Timeout",
        "sslmode" => "SSL Mode",
        "target session attrs" => "Target Session Attributes",
        _ => name,
    };
}
