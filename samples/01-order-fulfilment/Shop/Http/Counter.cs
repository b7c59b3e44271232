using System.Text.Json;
using Shop.Faults;
using Shop.Ledger;

namespace Shop.Http;

/// <summary>A request body that checks itself.</summary>
internal interface IShopRequest
{
    /// <summary>The order it is about.</summary>
    string OrderId { get; }

    /// <exception cref="BadRequestException">It breaks a rule.</exception>
    void Validate();
}

/// <summary>
/// Where every request that changes something comes in: faults are injected here, bodies are read and checked, and the
/// effect is wrapped into <see cref="Idempotency"/>.
/// </summary>
internal sealed class Counter(LedgerFile ledger, FaultInjector faults, TimeProvider time)
{
    public const int BodyBytesMax = 64 * 1024;
    public const int OrderIdCharactersMax = 128;
    public const int KeyCharactersMax = 256;

    /// <summary>Serves a request with a body.</summary>
    public Task ServeAsync<TRequest>(
        HttpContext http, string endpoint, Func<LedgerTransaction, TRequest, string?, Answer> effect)
        where TRequest : class, IShopRequest =>
        ServeAsync(http, endpoint, body =>
        {
            var request = Parse<TRequest>(body);
            CheckOrderId(request.OrderId);
            request.Validate();
            return (transaction, key) => effect(transaction, request, key);
        });

    /// <summary>Serves a request whose path names the order and whose body says nothing.</summary>
    public Task ServeOrderAsync(
        HttpContext http, string endpoint, Func<LedgerTransaction, string, string?, Answer> effect) =>
        ServeAsync(http, endpoint, _ =>
        {
            var orderId = (string)http.GetRouteValue("orderId")!;
            CheckOrderId(orderId);
            return (transaction, key) => effect(transaction, orderId, key);
        });

    private async Task ServeAsync(
        HttpContext http, string endpoint, Func<byte[], Func<LedgerTransaction, string?, Answer>> prepare)
    {
        var fate = faults.Next(endpoint);
        if (fate.Latency > TimeSpan.Zero) await Task.Delay(fate.Latency, time, http.RequestAborted);
        if (fate.Fails)
        {
            await WriteAsync(http, Answer.Problem(
                503, "injected-outage", $"'{endpoint}' is out of order; nothing was done"));
            return;
        }

        Answer answer;
        try
        {
            var body = await ReadBodyAsync(http);
            var effect = prepare(body);
            var identity = RequestIdentity.Of(http.Request, body);
            Answer Serve() => ledger.Write(transaction => Idempotency.Once(transaction, identity, effect));
            answer = Serve();
            if (fate.ArrivesTwice) answer = Serve();
        }
        catch (BadRequestException e)
        {
            answer = Answer.Problem(400, "invalid-request", e.Message);
        }

        if (fate.LosesAnswer)
        {
            http.Abort();
            return;
        }

        await WriteAsync(http, answer);
    }

    private static void CheckOrderId(string orderId)
    {
        if (string.IsNullOrWhiteSpace(orderId) || orderId.Length > OrderIdCharactersMax || orderId.Any(char.IsControl))
        {
            throw new BadRequestException(
                $"orderId must have 1 to {OrderIdCharactersMax} characters, none of them a control character");
        }
    }

    private static TRequest Parse<TRequest>(byte[] body) where TRequest : class
    {
        try
        {
            return JsonSerializer.Deserialize<TRequest>(body, ShopJson.Options) ??
                throw new BadRequestException("the body must be a JSON object");
        }
        catch (JsonException e)
        {
            throw new BadRequestException($"the body does not fit: {e.Message}");
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[8 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            if (buffer.Length + read > BodyBytesMax)
                throw new BadRequestException($"the body is larger than {BodyBytesMax} bytes");
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    private static async Task WriteAsync(HttpContext http, Answer answer)
    {
        http.Response.StatusCode = answer.Status;
        if (answer.Body is null) return;
        http.Response.ContentType = answer.IsProblem ? "application/problem+json" : "application/json";
        await http.Response.WriteAsync(answer.Body, http.RequestAborted);
    }
}
