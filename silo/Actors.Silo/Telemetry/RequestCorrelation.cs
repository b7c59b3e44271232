using System.Diagnostics;
using Actors.Silo.Api.Requests;

namespace Actors.Silo.Telemetry;

/// <summary>Puts one correlation id into every log line that a request writes, and into its problems.</summary>
internal sealed class RequestCorrelation(RequestDelegate next, ILogger<RequestCorrelation> logger)
{
    /// <summary>
    /// The caller's correlation id if it sent a valid one, else the id of the trace, else that of the request.
    /// </summary>
    public static string Of(HttpContext context) =>
        HeaderText.TryDecode(context.Request.Headers[HeaderText.Correlation], out var sent) && Names.IsId(sent)
            ? sent
            : Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
                ? activity.TraceId.ToHexString()
                : context.TraceIdentifier;

    public async Task InvokeAsync(HttpContext context)
    {
        using (logger.BeginScope("CorrelationId:{CorrelationId}", Of(context)))
            await next(context);
    }
}
