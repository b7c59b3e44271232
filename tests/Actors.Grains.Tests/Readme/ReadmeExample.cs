using Actors.Definitions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Actors.Grains.Tests.Readme;

public sealed record Order(string Id);

public sealed class ChargeCard : IStepHandler<Order, string>
{
    public ValueTask<string> HandleAsync(Order input, StepContext context) => new("charged");
}

public sealed class RefundCard : IStepHandler<Order, string>
{
    public ValueTask<string> HandleAsync(Order input, StepContext context) => new("refunded");
}

public sealed class PrintLabel : IStepHandler<Order, string>
{
    public ValueTask<string> HandleAsync(Order input, StepContext context) => new("printed");
}

public sealed class NotifyWarehouse : IStepHandler<Order, string>
{
    public ValueTask<string> HandleAsync(Order input, StepContext context) => new("notified");
}

/// <summary>The example of the README, compiled; its lines are the README's.</summary>
public sealed class ReadmeExample
{
    [Fact]
    public void The_example_of_the_readme_builds_and_is_what_is_compiled_here()
    {
        var args = Array.Empty<string>();
        // <readme>
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddActors(actors => actors
            .UseSqlite("orders.db")
            .AddHandlers(typeof(ReadmeExample).Assembly)
            .AddProcess(Process.Define("order")
                .Service("shop", "http://127.0.0.1:5100")
                .Step("reserve", step => step
                    .Post("shop/reservations")
                    .Undo(undo => undo.Delete("shop/reservations/{$.input.id}")))
                .Step("charge", step => step.Call<ChargeCard>().Undo<RefundCard>())
                .Step("label", step => step.After("reserve", "charge").Call<PrintLabel>())
                .Step("notify", step => step.After("reserve").FireAndForget().Call<NotifyWarehouse>())
                .Build()));
        var app = builder.Build();
        app.MapPost("/orders", (Order order, IActorsClient client) => client.StartAsync("order", order, key: order.Id));
        // </readme>
        app.Services.GetRequiredService<IActorsClient>().ShouldNotBeNull();

        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Actors.sln"))) root = root.Parent;
        var readme = File.ReadAllText(Path.Combine(root.FullName, "README.md"));
        var example = Path.Combine(root.FullName, "tests/Actors.Grains.Tests/Readme/ReadmeExample.cs");
        var source = File.ReadAllLines(example);
        var from = Array.FindIndex(source, l => l.Trim() == "// <readme>");
        var to = Array.FindIndex(source, l => l.Trim() == "// </readme>");
        foreach (var line in source[(from + 1)..to])
        {
            var shown = line.Trim().Replace("typeof(ReadmeExample)", "typeof(Program)", StringComparison.Ordinal);
            readme.ShouldContain(shown);
        }
    }
}
