using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Actors.Client.Http;

/// <summary>Whether a request may be sent again when it is not known what became of it.</summary>
internal enum Repetition
{
    /// <summary>Its effect happens once, however often it is sent.</summary>
    Safe = 1,

    /// <summary>Only if the silo has certainly not carried it out.</summary>
    OnlyIfNotDone = 2,
}

/// <summary>One request as data, so that it can be sent again.</summary>
internal sealed class ApiRequest(HttpMethod method, string tenant, params string[] segments)
{
    // Above this a silo is asked first whether it takes the body.
    private const int AskFirstBytes = 1024 * 1024;

    private readonly List<(string Name, string Value)> _query = [];
    private readonly List<(string Name, string Value)> _headers = [];
    private Payload? _body;

    public Repetition Repetition { get; init; } = Repetition.Safe;

    public string Tenant { get; } = tenant;

    /// <summary>What the request is about, to name it in errors.</summary>
    public IReadOnlyList<string> Segments { get; } = segments;

    public static ApiRequest Get(string tenant, params string[] segments) => new(HttpMethod.Get, tenant, segments);

    public static ApiRequest Post(string tenant, params string[] segments) => new(HttpMethod.Post, tenant, segments);

    public ApiRequest Query(string name, string? value)
    {
        if (value is not null) _query.Add((name, value));
        return this;
    }

    public ApiRequest Query(string name, long value) => Query(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A header that is an id: as it is if it is visible ASCII, else as an RFC 8187 value.</summary>
    public ApiRequest Header(string name, string? value)
    {
        if (value is not null) _headers.Add((name, IsPlain(value) ? value : "UTF-8''" + Uri.EscapeDataString(value)));
        return this;
    }

    public ApiRequest Body(Payload body)
    {
        _body = body;
        return this;
    }

    public HttpRequestMessage ToMessage(string baseAddress)
    {
        var message = new HttpRequestMessage(method, Address(baseAddress));
        if (Tenant != Names.DefaultTenant) message.Headers.TryAddWithoutValidation("X-Tenant", Tenant);
        foreach (var (name, value) in _headers) message.Headers.TryAddWithoutValidation(name, value);
        if (_body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body.Utf8);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (body.Bytes > AskFirstBytes) message.Headers.ExpectContinue = true;
        }

        return message;
    }

    private Uri Address(string baseAddress)
    {
        var text = new StringBuilder(baseAddress).Append("/v1");
        foreach (var segment in Segments) text.Append('/').Append(Escape(segment));
        var separator = '?';
        foreach (var (name, value) in _query)
        {
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        // An id may be '..' or hold '%2F': the address goes out as it stands here.
        return new Uri(text.ToString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private static string Escape(string segment) => segment is "." or ".."
        ? segment.Replace(".", "%2E", StringComparison.Ordinal)
        : Uri.EscapeDataString(segment);

    private static bool IsPlain(string value) =>
        value.Length > 0 && value[0] != ' ' && value[^1] != ' ' && value.All(c => c is >= ' ' and <= '~') &&
        !value.StartsWith("UTF-8''", StringComparison.OrdinalIgnoreCase);
}
