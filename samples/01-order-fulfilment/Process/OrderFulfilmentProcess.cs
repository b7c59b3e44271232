using Actors.Definitions;

namespace OrderFulfilment;

/// <summary>What the process is started with.</summary>
public sealed record Order(
    string OrderId, decimal Total, string Card, string? Country, IReadOnlyList<OrderLine> Lines);

/// <summary>One line of an order.</summary>
public sealed record OrderLine(string Item, int Quantity);

/// <summary>The C# twin of order-fulfilment.yaml: the same process, with the same content hash.</summary>
public static class OrderFulfilmentProcess
{
    private const string InputSchema = """
        {
          "type": "object",
          "required": ["orderId", "total", "card", "lines"],
          "properties": {
            "orderId": { "type": "string" },
            "total": { "type": "number" },
            "card": { "type": "string" },
            "country": { "type": "string" },
            "lines": { "type": "array" }
          }
        }
        """;

    public static StepMap Define() => Process.Define<Order>("order-fulfilment")
        .Version(1)
        .Description(
            "Charges the card and reserves the stock side by side; both must succeed before the parcel is labelled. " +
            "Whatever fails, a reservation is released and a charge refunded.")
        .InputSchema(InputSchema)
        .Key(order => order.OrderId)
        .Deadline(TimeSpan.FromHours(2))
        .Service("shop", "http://127.0.0.1:5100", timeout: TimeSpan.FromSeconds(10))
        .DefaultRetry(
            attemptsMax: 5, firstDelay: TimeSpan.FromMilliseconds(200), backoff: 2, maxDelay: TimeSpan.FromSeconds(10),
            jitter: true)
        .Step("reserve", step => step
            .Post("shop/reservations")
            .Body(new { orderId = "$.input.orderId", lines = "$.input.lines" })
            .Undo(undo => undo.Delete("shop/reservations/{$.input.orderId}")))
        .Step("charge", step => step
            .Post("shop/payments")
            .Body(new { orderId = "$.input.orderId", amount = "$.input.total", card = "$.input.card" })
            .Permanent(402, 409)
            .Undo(undo => undo.Post("shop/payments/{$.input.orderId}/refund")))
        .Step("label", step => step
            .After("reserve", "charge")
            .Post("shop/labels")
            .Body(new { orderId = "$.input.orderId", weight = "$.steps.reserve.result.weight" }))
        .Step("insure", step => step
            .After("charge")
            .When("$.input.total > 500 && $.input.country != 'CH'")
            .Post("shop/insurances")
            .Body(new { orderId = "$.input.orderId", total = "$.input.total" }))
        .Step("notify", step => step
            .After("reserve")
            .Detached()
            .Post("shop/warehouse/notifications")
            .Body(new { orderId = "$.input.orderId" }))
        .Output(new { tracking = "$.steps.label.result.tracking", insured = "$.steps.insure.status" })
        .Build();
}
