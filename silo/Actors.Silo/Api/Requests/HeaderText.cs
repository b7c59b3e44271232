using Microsoft.Extensions.Primitives;

namespace Actors.Silo.Api.Requests;

/// <summary>
/// Ids in headers. A header holds visible ASCII; any other id is written as an RFC 8187 value, <c>UTF-8''</c> followed
/// by the percent-encoded text.
/// </summary>
internal static class HeaderText
{
    public const string Tenant = "X-Tenant";
    public const string Correlation = "X-Correlation-Id";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string FallbackKey = "X-Fallback-Key";
    public const string LastEventId = "Last-Event-ID";

    private const string ExtendedPrefix = "UTF-8''";

    /// <summary>Reads a header that is an id; null if it is absent.</summary>
    /// <exception cref="InvalidNameException">It is no id.</exception>
    public static string? Id(IHeaderDictionary headers, string name)
    {
        var values = headers[name];
        if (values.Count == 0) return null;
        if (!TryDecode(values, out var text) || !Names.IsId(text))
        {
            throw new InvalidNameException(
                $"header {name} is not an id: give it once, with 1 to {Names.IdCharactersMax} characters and no " +
                "control characters; " +
                "write other than visible ASCII as UTF-8'' and the percent-encoded text (RFC 8187)");
        }

        return text;
    }

    /// <summary>Reads the tenant.</summary>
    /// <exception cref="InvalidNameException">It is no name.</exception>
    public static string TenantOf(IHeaderDictionary headers)
    {
        var values = headers[Tenant];
        if (values.Count == 0) return Names.DefaultTenant;
        return values.Count == 1 && Names.IsName(values[0])
            ? values[0]!
            : throw new InvalidNameException(
                $"header {Tenant} is not the name of a tenant: give it once, with letters, digits and _ - . : only; " +
                $"without it the tenant is '{Names.DefaultTenant}'");
    }

    public static bool TryDecode(StringValues values, out string text)
    {
        text = values.Count == 1 ? values[0] ?? "" : "";
        if (values.Count != 1) return false;
        if (!text.StartsWith(ExtendedPrefix, StringComparison.OrdinalIgnoreCase)) return true;
        return PercentText.TryDecode(text[ExtendedPrefix.Length..], out text);
    }
}
