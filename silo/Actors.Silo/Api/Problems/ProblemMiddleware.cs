using System.Text.Json;
using Actors.Silo.Telemetry;

namespace Actors.Silo.Api.Problems;

/// <summary>Turns whatever goes wrong behind it into problem+json, and logs what a human has to look at.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted &&
                context.Response is { StatusCode: >= 400, ContentLength: null, ContentType: null })
                await WriteAsync(context, Bare(context), retryAfter: null);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception e)
        {
            var problem = ProblemMapping.From(e);
            Log(context, e, problem);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
            await WriteAsync(context, problem, ProblemMapping.RetryAfter(e));
        }
    }

    private static async Task WriteAsync(HttpContext context, Problem problem, string? retryAfter)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = Problem.MediaType;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            problem with { CorrelationId = RequestCorrelation.Of(context) }, Payload.JsonOptions);
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Routing answers with a bare status: say what it means.</summary>
    private static Problem Bare(HttpContext context)
    {
        var request = context.Request;
        return context.Response.StatusCode switch
        {
            404 => ProblemMapping.Make(404, EdgeException.UnknownRoute,
                $"there is nothing at '{request.Path.Value}'; /openapi/v1.json lists every route"),
            405 => ProblemMapping.Make(405, EdgeException.WrongMethod,
                $"'{request.Path.Value}' does not take {request.Method}, but {context.Response.Headers.Allow}"),
            var status => ProblemMapping.Make(
                status, EdgeException.BadRequest, $"the request was answered with status {status}"),
        };
    }

    private void Log(HttpContext context, Exception exception, Problem problem)
    {
        var request = context.Request;
        if (problem.Status == 500) LogFailed(exception, request.Method, request.Path.Value);
        else if (problem.Status > 500)
            LogUnavailable(request.Method, request.Path.Value, problem.Status, problem.Detail);
        else LogRefused(request.Method, request.Path.Value, problem.Status, problem.FailureType);
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, string? path);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Path} answered {Status}: {Detail}")]
    private partial void LogUnavailable(string method, string? path, int status, string detail);

    [LoggerMessage(3, LogLevel.Debug, "{Method} {Path} refused with {Status} {FailureType}")]
    private partial void LogRefused(string method, string? path, int status, string failureType);
}
