using System.Net;
using Actors.Core.Templates;
using Actors.Definitions;
using Actors.Grains.Work;

namespace Actors.Grains.Steps;

/// <summary>
/// Sends requests, all through one pool of connections. Redirects are not followed: a body and a secret meant for one
/// place are not sent to another because the first says so; a 3xx status is a permanent failure unless it is declared
/// a success. Cookies are not kept.
/// </summary>
internal sealed class HttpExecutor : StepExecutor, IDisposable
{
    private readonly HttpClient _client;

    public HttpExecutor(StepWorkerOptions options)
    {
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.HttpConnectTimeout,
            MaxConnectionsPerServer = options.HttpConnectionsPerServerMax,
            PooledConnectionLifetime = options.HttpConnectionLifetime,
            Proxy = new ProxyBeyondLoopback(),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public override async ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt)
    {
        var spec = ((WorkAction.Http)attempt.Work.Action).Spec;
        var template = ResponseTemplates.Of(spec);
        var call = HttpCall.Create(attempt);
        using var request = call.Request;
        var stop = attempt.CancellationToken;
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested && HttpFailures.IsOfTransport(e))
        {
            return HttpFailures.OfSending(call, e);
        }

        using (response)
        {
            if (!HttpFailures.IsSuccess(spec, (int)response.StatusCode))
                return await HttpFailures.OfStatusAsync(call, response, spec, attempt.Ports.Time, stop);
            // What an undo gives is not recorded.
            return attempt.IsUndo ? Payload.Null : await ResultAsync(call, response, spec, template, stop);
        }
    }

    public void Dispose() => _client.Dispose();

    private static StepResult Mapped(
        HttpCall call, HttpResponseMessage response, CompiledTemplate template, Payload body)
    {
        try
        {
            // Read once more, since what a template makes may be nested more deeply than what it is made of.
            return Payload.FromUtf8(template.Evaluate(HttpDocument.Of(response, body)).Utf8);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The server has done its part; asking it again would give the same kind of answer.
            return FailureRules.AfterTheEffect(
                "response-mapping",
                call.Safe($"{call.Description} answered {(int)response.StatusCode}, which does not map: {e.Message}"));
        }
    }

    private static async ValueTask<StepResult> ResultAsync(
        HttpCall call, HttpResponseMessage response, StepAction.Http spec, CompiledTemplate? template,
        CancellationToken stop)
    {
        ReadOnlyMemory<byte>? body;
        try
        {
            body = await HttpBody.ReadAsync(response.Content, spec.ResponseBytesMax, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested && HttpFailures.IsOfTransport(e))
        {
            return HttpFailures.OfReading(call, response.StatusCode, e);
        }

        if (body is not { } bytes)
        {
            return FailureRules.AfterTheEffect(
                "response-too-large",
                $"{call.Description} answered {(int)response.StatusCode} with more than " +
                $"the {spec.ResponseBytesMax} bytes that the step takes");
        }

        var value = HttpBody.ToPayload(bytes, response.Content.Headers.ContentType);
        return template is null ? value : Mapped(call, response, template, value);
    }

    /// <summary>The system's proxy, but never for this machine itself.</summary>
    private sealed class ProxyBeyondLoopback : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => HttpClient.DefaultProxy.Credentials;
            set => throw new NotSupportedException("the proxy is the system's; its credentials are set there");
        }

        public Uri? GetProxy(Uri destination) =>
            IsBypassed(destination) ? null : HttpClient.DefaultProxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
    }
}
