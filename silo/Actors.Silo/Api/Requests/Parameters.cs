namespace Actors.Silo.Api.Requests;

/// <summary>Every parameter of the API, described once.</summary>
internal static class Parameters
{
    private const string Duration = """{"type":"string","examples":["500ms","10s","1m30s","PT10S"]}""";
    private const string Time = """{"type":"string","format":"date-time"}""";

    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan WaitDefault = TimeSpan.FromSeconds(30);

    public static readonly ApiParameter Tenant = Header(
        HeaderText.Tenant, "Tenant. Default: default.", """{"type":"string","maxLength":128}""");

    public static readonly ApiParameter Correlation = Header(
        HeaderText.Correlation,
        "Correlation id of the invocation, and of this request in the silo's log. Default: a fresh one.");

    public static readonly ApiParameter StartKey = Header(
        HeaderText.IdempotencyKey,
        "Idempotency key, which becomes the invocation's id. Default: by the process's key path, or a fresh one.");

    public static readonly ApiParameter FallbackKey = Header(
        HeaderText.FallbackKey,
        "Id of the invocation if neither Idempotency-Key nor the process's key path gives " +
        "one; the client SDK sends it so that a repeated start counts once.");

    public static readonly ApiParameter SignalKey = Header(
        HeaderText.IdempotencyKey, "Id of the signal: the same one counts once. Default: a fresh one.");

    public static readonly ApiParameter OperationKey = Header(
        HeaderText.IdempotencyKey, "Id of the operation: the same one is applied once. Default: a fresh one.");

    public static readonly ApiParameter LastEventId = Header(
        HeaderText.LastEventId, "Sequence of the last event known; the stream goes on after it. Default: 0.",
        """{"type":"integer","minimum":0}""");

    public static readonly ApiParameter Policy = InQuery(
        "policy", "What happens if the key is taken. Default: attach.", OneOf<StartPolicy>());

    public static readonly ApiParameter StartWait = InQuery(
        "wait", "Wait for the end, at most this long, and answer with the invocation's state. Range: 0s to 5m. " +
        "Default: do not wait.", Duration);

    public static readonly ApiParameter Timeout =
        InQuery("timeout", "Wait at most this long. Range: 0s to 5m. Default: 30s.", Duration);

    public static readonly ApiParameter Process = InQuery("process", "Only those of this process.");

    public static readonly ApiParameter Status =
        InQuery("status", "Only those in this status.", OneOf<InvocationStatus>());

    public static readonly ApiParameter CorrelationIs = InQuery("correlation", "Only those with this correlation id.");

    public static readonly ApiParameter From = InQuery("from", "Only those started at this time or later.", Time);

    public static readonly ApiParameter Before = InQuery("before", "Only those started before this time.", Time);

    public static readonly ApiParameter Cursor = InQuery("cursor", "From the previous page. Default: the newest.");

    public static readonly ApiParameter ListCount = InQuery(
        "count", "Size of a page. Default: 100.", """{"type":"integer","minimum":1,"maximum":1000,"default":100}""");

    public static readonly ApiParameter After = InQuery(
        "after", "Sequence of the last event known. Default: 0, all.",
        """{"type":"integer","minimum":0,"default":0}""");

    public static readonly ApiParameter HistoryCount = InQuery(
        "count", "Size of a page. Default: 1000.", """{"type":"integer","minimum":1,"maximum":10000,"default":1000}""");

    private static ApiParameter Header(
        string name, string description, string schema = """{"type":"string","maxLength":256}""") =>
        new(name, ParameterPlace.Header, description, schema);

    private static ApiParameter InQuery(string name, string description, string schema = """{"type":"string"}""") =>
        new(name, ParameterPlace.Query, description, schema);

    private static string OneOf<T>() where T : struct, Enum =>
        $$"""{"type":"string","enum":[{{string.Join(',', Query.Words<T>().Select(w => $"\"{w}\""))}}]}""";
}
