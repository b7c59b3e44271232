using Actors.Silo.Api.Requests;

namespace Actors.Silo.Api.Invocations;

/// <summary>Reading invocations: list, state, wait, history, explanation.</summary>
internal static class ReadRoutes
{
    private const string One = "/processes/{process}/invocations/{id}";
    private const string Tag = "invocations";

    public static void MapReads(this RouteGroupBuilder api)
    {
        api.MapGet("/invocations", ListAsync)
            .Describe("listInvocations", Tag, "Lists invocations, newest first.")
            .Takes(
                Parameters.Process, Parameters.Status, Parameters.CorrelationIs, Parameters.From, Parameters.Before,
                Parameters.Cursor, Parameters.ListCount)
            .Answers<InvocationList>().Fails();
        api.MapGet(One, GetAsync)
            .Describe("getInvocation", Tag, "Reads the state of an invocation.")
            .Takes().Answers<InvocationView>().Fails(404);
        api.MapGet(One + "/wait", WaitAsync)
            .Describe("waitForInvocation", Tag,
                "Waits until the invocation has ended or the time is up, and reads its state.")
            .Takes(Parameters.Timeout).Answers<InvocationView>().Fails(404);
        api.MapGet(One + "/history", HistoryAsync)
            .Describe("readHistory", Tag, "Reads the events of an invocation, oldest first.")
            .Takes(Parameters.After, Parameters.HistoryCount).Answers<HistoryPage>().Fails(404);
        api.MapGet(One + "/explain", ExplainAsync)
            .Describe("explainInvocation", Tag,
                "Says why an invocation waits: since when, for what, and what would release it.")
            .Takes().Answers<Explanation>().Fails(404);
    }

    private static async Task<IResult> ListAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var filter = new InvocationFilter
        {
            Tenant = call.Tenant,
            Process = call.Query.Name("process"),
            Status = call.Query.OneOf<InvocationStatus>("status"),
            CorrelationId = call.Query.Id("correlation"),
            StartedFrom = call.Query.Time("from"),
            StartedBefore = call.Query.Time("before"),
            Cursor = call.Query.Text("cursor"),
            CountMax = (int)call.Query.Integer("count", 100, 1, 1000),
        };
        return Json(await call.Actors.ListAsync(filter, cancellationToken));
    }

    private static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken) =>
        Json(await call.Actors.GetAsync(call.Invocation, cancellationToken));

    private static async Task<IResult> WaitAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var timeout = call.Query.Duration("timeout", Parameters.WaitMax) ?? Parameters.WaitDefault;
        return Json(await Waiting.WaitAsync(call, call.Invocation, timeout, cancellationToken));
    }

    private static async Task<IResult> HistoryAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var after = call.Query.Integer("after", 0, 0, long.MaxValue);
        var count = (int)call.Query.Integer("count", 1000, 1, 10_000);
        return Json(await call.Actors.HistoryAsync(call.Invocation, after, count, cancellationToken));
    }

    private static async Task<IResult> ExplainAsync(ApiCall call, CancellationToken cancellationToken) =>
        Json(await call.Actors.ExplainAsync(call.Invocation, cancellationToken));

    private static IResult Json<T>(T value) => Results.Json(value, Payload.JsonOptions);
}
