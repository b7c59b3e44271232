using System.Globalization;
using System.Text;
using System.Text.Json;
using Actors.Silo.Api.Problems;
using Actors.Silo.Api.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace Actors.Silo.Api.Invocations;

/// <summary>Watching an invocation as server-sent events (WHATWG HTML, section 9.2).</summary>
internal static class EventRoutes
{
    private const string MediaType = "text/event-stream";
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    public static void MapEvents(this RouteGroupBuilder api) =>
        api.MapGet("/processes/{process}/invocations/{id}/events", WatchAsync)
            .Describe(
                "watchInvocation", "invocations",
                "Streams the events of an invocation as they become durable, until it has ended. Each has its " +
                "sequence as id, its type as event and itself as JSON data. A stream that breaks off is resumed with " +
                "Last-Event-ID; 204 says there is nothing more to come.")
            .Takes(Parameters.LastEventId, Parameters.After)
            .Produces<string>(StatusCodes.Status200OK, MediaType)
            .Produces(StatusCodes.Status204NoContent)
            .Fails(404);

    private static async Task WatchAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var id = call.Invocation;
        var after = LastEventId(call) ?? call.Query.Integer("after", 0, 0, long.MaxValue);
        var response = call.Http.Response;
        if (!await MayGrowAsync(call.Actors, id, after, cancellationToken))
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-cache";
        call.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.Body.FlushAsync(cancellationToken);
        using var stopping = call.UntilStopping(cancellationToken);
        try
        {
            await StreamAsync(call, id, after, stopping);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The silo stops: the stream ends here, and the caller resumes elsewhere or later.
        }
    }

    /// <summary>
    /// Whether there are events behind a sequence, or may be. A view, which is as large as the process has steps, is
    /// read only where there are none.
    /// </summary>
    private static async Task<bool> MayGrowAsync(
        IActorsClient actors, InvocationId id, long after, CancellationToken cancellationToken)
    {
        if ((await actors.HistoryAsync(id, after, 1, cancellationToken)).Events.Count > 0) return true;
        var view = await actors.GetAsync(id, cancellationToken);
        return !view.HasEnded || view.Sequence > after || await IsOldAsync(actors, view, after, cancellationToken);
    }

    /// <summary>Whether the history goes further than a view: silos that share a store may tell an old one.</summary>
    private static async Task<bool> IsOldAsync(
        IActorsClient actors, InvocationView view, long after, CancellationToken cancellationToken) =>
        view.Sequence < after && (await actors.HistoryAsync(view.Id, after - 1, 1, cancellationToken)).Events.Count > 0;

    private static async Task StreamAsync(ApiCall call, InvocationId id, long after, CancellationTokenSource stopping)
    {
        var time = call.Http.RequestServices.GetRequiredService<TimeProvider>();
        var events = call.Actors.WatchAsync(id, after, stopping.Token).GetAsyncEnumerator(stopping.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next = events.MoveNextAsync().AsTask();
                while (await Task.WhenAny(next, Task.Delay(call.Options.EventsKeepAlive, time, stopping.Token)) != next)
                {
                    stopping.Token.ThrowIfCancellationRequested();
                    await call.Http.Response.Body.WriteAsync(KeepAlive, stopping.Token);
                }

                if (!await next) return;
                await call.Http.Response.Body.WriteAsync(Format(events.Current), stopping.Token);
            }
        }
        finally
        {
            // An enumerator must not be disposed while it moves.
            await stopping.CancelAsync();
            if (next is not null) await next.ContinueWith(static _ => { }, TaskScheduler.Default);
            await events.DisposeAsync();
        }
    }

    private static byte[] Format(HistoryEvent item) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"id: {item.Sequence}\nevent: {item.Type}\ndata: " +
        $"{OneLine(JsonSerializer.Serialize(item, Payload.JsonOptions))}\n\n"));

    // Line ends can only stand between the tokens of a payload that was sent with them: in strings JSON escapes them.
    private static string OneLine(string json) => json.ReplaceLineEndings(" ").Replace('\r', ' ').Replace('\n', ' ');

    private static long? LastEventId(ApiCall call)
    {
        var values = call.Http.Request.Headers[HeaderText.LastEventId];
        if (values.Count == 0 || values is [""]) return null;
        return values.Count == 1 &&
            long.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw EdgeException.Parameter(
                $"header {HeaderText.LastEventId} has to be the sequence of an event, a whole number from 0");
    }
}
