using Actors.Definitions;
using Actors.Silo.Embedded;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs.Written;

/// <summary>
/// Orders of four steps; every other one is refused at the third and must be undone to the last effect.
/// </summary>
internal static class OrderProgram
{
    private static StepMap Map { get; } = Process.Define("order")
        .Step("reserve", s => s.Input("$.input").Call("reserve").Undo(u => u.Call("release")))
        .Step("charge", s => s.Input("$.input").Call("charge").Undo(u => u.Call("refund")))
        .Step("label", s => s.After("reserve", "charge").Input("$.input").Call("label"))
        .Step("notify", s => s.After("label").Input("$.input").Call("notify"))
        .DefaultRetry(
            attemptsMax: 50, firstDelay: TimeSpan.FromMilliseconds(20), backoff: 1.5, maxDelay: TimeSpan.FromSeconds(2))
        .Build();

    public static SimulatedProgram Of(int orders) => new("order", Configure, context => RunAsync(context, orders));

    private static void Configure(ActorsOptions engine, WorldContext context)
    {
        engine.AddProcess(Map);
        foreach (var name in (string[])["reserve", "release", "charge", "refund", "notify"])
            engine.AddHandler<Payload, Payload>(name, (input, step) => DoAsync(context, step, name, input));
        engine.AddHandler<Payload, Payload>("label", async (input, step) =>
        {
            if (input.To<Order>()!.IsBad) throw new TerminalException("no label for that", "bad-address");
            return await DoAsync(context, step, "label", input);
        });
    }

    private static async ValueTask<Payload> DoAsync(WorldContext context, StepContext step, string name, Payload input)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(context.Next(30)), context.Time, step.CancellationToken);
        await context.Effects.DoAsync(step, name);
        return input;
    }

    private static Task RunAsync(WorldContext context, int orders) =>
        Task.WhenAll(Enumerable.Range(0, orders).Select(i => OneAsync(context, i)));

    private static async Task OneAsync(WorldContext context, int number)
    {
        var order = new Order(number, number % 2 == 1);
        var request = new StartRequest("order", Payload.From(order)) { Key = $"o{number}" };
        var started = await context.EventuallyAsync(client => client.StartAsync(request));
        var view = await context.EndOfAsync(started.Id);
        var expected = order.IsBad ? InvocationStatus.Failed : InvocationStatus.Completed;
        if (view.Status != expected) context.Violation($"order {number} is {view.Status} and not {expected}");
        var done = context.Effects.All.Where(e => e.Invocation == started.Id && !e.IsRepeat).Select(e => e.Name);
        string[] wanted = order.IsBad
            ? ["charge", "refund", "release", "reserve"]
            : ["charge", "label", "notify", "reserve"];
        if (!done.Order(StringComparer.Ordinal).SequenceEqual(wanted))
            context.Violation($"order {number} did {string.Join(", ", done)}");
    }

    private sealed record Order(int Number, bool IsBad);
}
