using System.Net;
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
    private readonly IResponseMapper? _mapper;

    public HttpExecutor(StepWorkerOptions options, IResponseMapper? mapper)
    {
        _mapper = mapper;
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
            return HttpFailures.IsSuccess(spec, (int)response.StatusCode)
                ? await ResultAsync(call, response, spec, stop)
                : await HttpFailures.OfStatusAsync(call, response, spec, attempt.Ports.Time, stop);
        }
    }

    public void Dispose() => _client.Dispose();

    private StepResult Mapped(HttpCall call, HttpResponseMessage response, StepAction.Http spec, Payload body)
    {
        if (_mapper is null)
        {
            return Failure.Permanent(
                "response-mapping",
                $"{call.Description}: the step maps its response, but this silo has no response mapper");
        }

        try
        {
            return _mapper.Map(spec, HttpDocument.Of(response, body));
        }
        catch (Exception e)
        {
            // The server has done its part; asking it again would give the same kind of answer.
            return Failure.Permanent(
                "response-mapping",
                call.Safe($"{call.Description} answered {(int)response.StatusCode}, which does not map: {e.Message}"));
        }
    }

    private async ValueTask<StepResult> ResultAsync(
        HttpCall call, HttpResponseMessage response, StepAction.Http spec, CancellationToken stop)
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
            return Failure.Permanent(
                "response-too-large",
                $"{call.Description} answered {(int)response.StatusCode} with more than " +
                $"the {spec.ResponseBytesMax} bytes that the step takes");
        }

        var value = HttpBody.ToPayload(bytes, response.Content.Headers.ContentType);
        return spec.Response is null ? value : Mapped(call, response, spec, value);
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
