using System.Text.Json;
using Actors.Grains.Steps;
using Actors.Silo.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Faults;

/// <summary>
/// What the fault tests run as another process: for every line on stdin an engine on a store, one order, and its answer
/// on stdout; ends with stdin, or at the boundary it was told.
/// </summary>
internal static class Program
{
    private const int HistoryMax = 1_000;

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["memory", var store]: return await HostileRun.MemoryAsync(store);
            case ["clock", var store, var clock]: return await ClockRun.RunAsync(store, clock);
            case ["fatal", var store]: return await FatalRun.RunAsync(store, isCalm: false);
            case ["calm", var store]: return await FatalRun.RunAsync(store, isCalm: true);
        }

        while (await Console.In.ReadLineAsync() is { } line)
        {
            var request = JsonSerializer.Deserialize<OrderRequest>(line, JsonSerializerOptions.Web)!;
            var fault = new FaultPoint(request.Boundary, request.At);
            await using var engine = Make(request, fault);
            await RunAsync(engine, request, fault);
            if (request.FlushesOnlyCommits) return await Console.In.ReadLineAsync() is null ? 0 : 1;
        }

        return 0;
    }

    private static async Task RunAsync(ActorsEngine engine, OrderRequest request, FaultPoint fault)
    {
        await engine.StartAsync(default);
        var map = (await engine.Client.ListProcessesAsync()).Single();
        var started = await engine.Client.StartAsync(
            new StartRequest(map.Name, Payload.FromJson(request.Input.GetRawText())));
        Say(new OrderAnswer(
            started.Created, fault.Crossings, null, new Dictionary<string, StepStatus>(StringComparer.Ordinal), []));

        var ended = await SettledAsync(engine, started.Id);
        var history = await engine.Client.HistoryAsync(started.Id, countMax: HistoryMax);
        Say(new OrderAnswer(
            started.Created, fault.Crossings, ended.Status,
            ended.Steps.ToDictionary(s => s.Name, s => s.Status, StringComparer.Ordinal),
            [.. history.Events.Select(e => new OrderEvent(e.Sequence, e.Type, e.Step, e.Attempt))]));
    }

    private static ActorsEngine Make(OrderRequest request, FaultPoint fault)
    {
        var order = new StepOrder();
        var options = new ActorsOptions
        {
            Store = (_, token) => FaultStore.OpenAsync(request, fault, order, token),
            WrapWorker = worker => new FaultWorker(worker, fault, order),
            Host = new EmbeddedHostOptions { WorkersMax = 1 },
        };
        options.AddProcessFile(request.Process);
        var services = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Services:shop:Url", (string?)request.Shop)])
            .Build();
        return new ActorsEngine(
            options, new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, TimeProvider.System,
            new ConfiguredEndpoints(services));
    }

    /// <summary>Waits until the order has ended and its detached steps have, too.</summary>
    private static async Task<InvocationView> SettledAsync(ActorsEngine engine, InvocationId id)
    {
        while (true)
        {
            var grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var watching = engine.Host.Subscribe(id.Key, _ => grown.TrySetResult());
            var view = await engine.Client.GetAsync(id);
            var isBusy = view.Steps.Any(step =>
                step.Status is StepStatus.Running or StepStatus.Waiting or StepStatus.Undoing);
            if (view.HasEnded && !isBusy) return view;
            if (engine.Trouble is { } trouble) throw new InvalidOperationException(trouble);
            await grown.Task;
        }
    }

    private static void Say(OrderAnswer answer) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));
}
