using System.Text.Json;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Faults;

/// <summary>How invocations ended.</summary>
/// <param name="Ends">How often each end was seen, by process and status.</param>
/// <param name="AttemptsMost">Of any step that ended well.</param>
internal sealed record FatalAnswer(SortedDictionary<string, int> Ends, int AttemptsMost);

/// <summary>
/// An engine with a handler that ends the process, beside others that run until they are told to end. Run again on the
/// same store it goes on with the same invocations.
/// </summary>
internal static class FatalRun
{
    private const int Healthy = 20;

    /// <summary>Runs it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="isCalm">Whether the healthy ones end by themselves; else they are under way when it dies.</param>
    public static async Task<int> RunAsync(string store, bool isCalm)
    {
        var options = new ActorsOptions().UseStore(store);
        options.AddHandler<Payload, Payload>("fatal", (_, _) => throw Die());
        options.AddHandler<Payload, Payload>("healthy", async (input, step) =>
        {
            if (!isCalm) await Task.Delay(Timeout.InfiniteTimeSpan, step.CancellationToken);
            return input;
        });
        options.AddProcess(Process.Define("fatal").Step("a", s => s.Call("fatal")).Build());
        options.AddProcess(Process.Define("healthy").Step("a", s => s.Call("healthy")).Build());
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var engine =
            new ActorsEngine(options, services, NullLoggerFactory.Instance, TimeProvider.System);
        await engine.StartAsync(default);

        var ids = new List<InvocationId>();
        for (var i = 0; i < Healthy; i++) ids.Add(await BeginAsync(engine, "healthy", i));
        ids.Add(await BeginAsync(engine, "fatal", 0));
        var (ends, most) = (new SortedDictionary<string, int>(StringComparer.Ordinal), 0);
        foreach (var id in ids)
        {
            var view = await engine.Client.WaitAsync(id);
            var end = $"{view.Process} {view.Status}";
            ends[end] = ends.GetValueOrDefault(end) + 1;
            if (view.Process == "healthy") most = Math.Max(most, view.Steps.Max(step => step.Attempts));
        }

        Console.Out.WriteLine(JsonSerializer.Serialize(new FatalAnswer(ends, most), JsonSerializerOptions.Web));
        return 0;
    }

    private static async Task<InvocationId> BeginAsync(ActorsEngine engine, string process, int number) =>
        (await engine.Client.StartAsync(new StartRequest(process) { Key = $"{number}" })).Id;

    private static InvalidOperationException Die()
    {
        Environment.FailFast("a handler ends its process");
        return new InvalidOperationException("it did not end");
    }
}
