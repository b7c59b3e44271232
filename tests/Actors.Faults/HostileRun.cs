using System.Text.Json;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Faults;

/// <summary>How often each end of an invocation was seen.</summary>
/// <param name="Ends">By process, status and type of failure.</param>
internal sealed record HostileAnswer(SortedDictionary<string, int> Ends);

/// <summary>
/// An engine beside whose handlers others take all memory; says how its invocations ended. Run again on the same store
/// it goes on with the same ones.
/// </summary>
internal static class HostileRun
{
    private const int Healthy = 200;
    private const int Poisoned = 2;
    private const int Chunk = 1 << 20;

    /// <summary>Handlers that allocate for ever beside others that do not.</summary>
    public static async Task<int> MemoryAsync(string store)
    {
        await using var engine = await StartAsync(store);
        var ids = await BeginAsync(engine, "allocates", Poisoned);
        ids.AddRange(await BeginAsync(engine, "healthy", Healthy));
        Say(await EndsAsync(engine, ids));
        return 0;
    }

    private static async Task<ActorsEngine> StartAsync(string store)
    {
        var options = new ActorsOptions().UseStore(store);
        options.AddHandler<Payload, Payload>("same", (input, _) => new ValueTask<Payload>(input));
        options.AddHandler<Payload, Payload>("allocates", (_, _) => throw Allocate());
        options.AddProcess(Process.Define("healthy")
            .Step("a", s => s.Call("same")).Step("b", s => s.After("a").Call("same")).Build());
        options.AddProcess(Process.Define("allocates").Step("a", s => s.Call("allocates"))
            .DefaultRetry(attemptsMax: 3, firstDelay: TimeSpan.FromMilliseconds(10)).Build());
        var engine = new ActorsEngine(
            options, new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, TimeProvider.System);
        await engine.StartAsync(default);
        return engine;
    }

    private static InvalidOperationException Allocate()
    {
        var kept = new List<byte[]>();
        while (kept.Count < int.MaxValue) kept.Add(GC.AllocateUninitializedArray<byte>(Chunk));
        return new InvalidOperationException("there is memory without end");
    }

    private static async Task<List<InvocationId>> BeginAsync(ActorsEngine engine, string process, int count)
    {
        var ids = new List<InvocationId>();
        for (var i = 0; i < count; i++)
            ids.Add((await engine.Client.StartAsync(new StartRequest(process) { Key = $"{i}" })).Id);
        return ids;
    }

    private static async Task<HostileAnswer> EndsAsync(ActorsEngine engine, List<InvocationId> ids)
    {
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            InvocationView view;
            do view = await engine.Client.WaitAsync(id, TimeSpan.FromMinutes(1));
            while (!view.HasEnded);
            var end = $"{view.Process} {view.Status} {view.Failure?.Type}".TrimEnd();
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        return new HostileAnswer(ends);
    }

    private static void Say(HostileAnswer answer) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));
}
