using Actors.Silo.Api.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Actors.Silo.Api.Requests;

/// <summary>
/// Makes the segments of a path mean exactly what the caller wrote. A server decodes paths and removes <c>..</c> before
/// routing, but leaves <c>%2F</c>, so that an id such as <c>a/b</c>, <c>a%2Fb</c> or <c>..</c> could not be told apart.
/// Routing therefore sees the raw segments, and the values it finds are decoded once.
/// </summary>
internal static class ExactPath
{
    /// <summary>Before routing: the path as it came over the wire, each segment in one canonical encoding.</summary>
    public static Task CanonicalAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget is not { Length: > 0 } target) return next(context);
        var end = target.AsSpan().IndexOfAny('?', '#');
        var raw = end < 0 ? target : target[..end];
        if (raw[0] != '/') raw = PathOfAbsoluteForm(raw);
        var segments = raw.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (!PercentText.TryDecode(segments[i], out var text))
                throw new EdgeException(
                    400, EdgeException.BadRequest, "the path is not valid: percent-encode it as UTF-8, each id once");
            segments[i] = Uri.EscapeDataString(text);
        }

        context.Request.Path = new PathString(string.Join('/', segments));
        return next(context);
    }

    /// <summary>After routing: every route value in clear.</summary>
    public static Task DecodedAsync(HttpContext context, RequestDelegate next)
    {
        var values = context.Request.RouteValues;
        foreach (var (name, value) in values.ToArray())
        {
            if (value is string encoded) values[name] = Uri.UnescapeDataString(encoded);
        }

        return next(context);
    }

    // A proxy's form of request: GET http://host/path.
    private static string PathOfAbsoluteForm(string target)
    {
        var host = target.IndexOf("://", StringComparison.Ordinal);
        var path = host < 0 ? -1 : target.IndexOf('/', host + 3);
        return path < 0 ? "/" : target[path..];
    }
}
