using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Actors.Definitions;
using Actors.Grains.Work;

namespace Actors.Grains.Steps;

/// <summary>
/// One request as it will be sent, and what may be said about it: its URL without query, no value of a secret.
/// </summary>
internal sealed class HttpCall
{
    private readonly List<string> _secrets = [];

    private HttpCall(HttpRequestMessage request, string safeUrl)
    {
        Request = request;
        Description = $"{request.Method} {safeUrl}";
    }

    public HttpRequestMessage Request { get; }

    /// <summary>Method and URL, for messages.</summary>
    public string Description { get; }

    /// <summary>Makes the request.</summary>
    /// <exception cref="TerminalException">URL or headers are wrong, or a secret is missing: trying again would not
    /// help.</exception>
    public static HttpCall Create(RunningAttempt attempt)
    {
        var action = (WorkAction.Http)attempt.Work.Action;
        var uri = UriOf(action, attempt.Ports.Endpoints);
        var request = new HttpRequestMessage(new HttpMethod(action.Spec.Method), uri);
        var call = new HttpCall(request, Safe(uri));
        if (action.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body.Utf8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        call.AddEngineHeaders(attempt);
        if (action.Service is { } service)
        {
            foreach (var (name, value) in service.Declared.Headers) call.Set(name, value, attempt);
        }

        if (!action.Headers.IsDefaultOrEmpty)
        {
            foreach (var (name, value) in action.Headers) call.Set(name, value, attempt);
        }

        return call;
    }

    /// <summary>
    /// Text with every secret this request uses blotted out: servers like to quote what they were sent.
    /// </summary>
    public string Safe(string text)
    {
        foreach (var secret in _secrets) text = text.Replace(secret, "***", StringComparison.Ordinal);
        return text;
    }

    /// <summary>The URL without user, fragment and the values of its query.</summary>
    private static string Safe(Uri uri) =>
        uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) +
        (uri.Query.Length > 1 ? "?…" : "");

    private static Uri UriOf(WorkAction.Http action, IServiceEndpoints endpoints)
    {
        if (action.Service is not { } service)
        {
            return Uri.TryCreate(action.Url, UriKind.Absolute, out var absolute) && IsWeb(absolute)
                ? absolute
                : throw new TerminalException(
                    $"'{Cut(action.Url)}' can't be requested: a URL is absolute with scheme http or https, or begins " +
                    "with the name of a service", "invalid-url");
        }

        var text = endpoints.UrlOf(service);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || !IsWeb(address))
        {
            throw new TerminalException(
                $"the address of service '{service.Name}' is no absolute http or https URL; correct it in the " +
                $"definition or by configuration Services:{service.Name}:Url", "invalid-url");
        }

        var path = action.Url.TrimStart('/');
        if (ClimbsUp(path))
        {
            throw new TerminalException(
                $"'{Cut(path)}' leaves service '{service.Name}': a path below a service has no '.' or '..' segments",
                "invalid-url");
        }

        var root = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var whole = path.Length == 0 || path[0] == '?' ? root + path : $"{root}/{path}";
        return Uri.TryCreate(whole, UriKind.Absolute, out var uri)
            ? uri
            : throw new TerminalException($"'{Cut(path)}' is no path below service '{service.Name}'", "invalid-url");
    }

    private static bool IsWeb(Uri uri) => uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps;

    private static bool ClimbsUp(string path)
    {
        var end = path.AsSpan().IndexOfAny('?', '#');
        foreach (var segment in (end < 0 ? path : path[..end]).Split('/', '\\'))
        {
            if (Uri.UnescapeDataString(segment) is "." or "..") return true;
        }

        return false;
    }

    private static string Cut(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var text = query < 0 ? url : url[..query] + "?…";
        return text.Length <= 200 ? text : text[..200] + "…";
    }

    private void AddEngineHeaders(RunningAttempt attempt)
    {
        Put("Idempotency-Key", Printable(attempt.IdempotencyKey));
        Put("X-Correlation-Id", Printable(attempt.CorrelationId));
        // Said here, because the HTTP client would name a span of its own, which is recorded only if it is listened to
        // as well.
        var parent = attempt.Activity?.Id ?? attempt.Work.TraceParent;
        if (ActivityContext.TryParse(parent, null, out _)) Put("traceparent", parent!);
    }

    // Ids are any text, header values are not: what does not fit, and the percent sign, is percent-encoded.
    private static string Printable(string id)
    {
        if (!id.AsSpan().ContainsAnyExceptInRange('!', '~') && !id.Contains('%', StringComparison.Ordinal)) return id;
        var text = new StringBuilder(id.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(id))
        {
            if (b is >= (byte)'!' and <= (byte)'~' and not (byte)'%') text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }

    private void Set(string name, string value, RunningAttempt attempt)
    {
        if (value.StartsWith(StepAction.Http.SecretPrefix, StringComparison.Ordinal))
        {
            var secret = value[StepAction.Http.SecretPrefix.Length..];
            value = attempt.Ports.Secrets.Find(secret) is { Length: > 0 } found
                ? found
                : throw new TerminalException(
                    $"step '{attempt.Step}' sends header '{name}' from secret '{secret}', which is not configured; " +
                    $"set configuration Secrets:{secret}", "secret-missing");
            _secrets.Add(value);
        }

        Put(name, value);
    }

    private void Put(string name, string value)
    {
        // Checked here because the exceptions of the header collections quote the value.
        var fits = !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
        if (fits && (Replace(Request.Headers, name, value) || (Request.Content is { } content
            ? Replace(content.Headers, name, value)
            : IsContentHeader(name)))) return;

        throw new TerminalException(
            $"header '{name}' can't be sent: its name must be a token, its value printable ASCII text",
            "invalid-header");
    }

    // False: the name is none, or belongs into the other collection.
    private static bool Replace(HttpHeaders headers, string name, string value)
    {
        if (headers.NonValidated.Contains(name)) headers.Remove(name);
        return headers.TryAddWithoutValidation(name, value);
    }

    // A description of a body that is not there is left out, so that one set of headers fits all methods of a service.
    private static bool IsContentHeader(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase);
}
