using Actors.Definitions;
using Actors.Silo.Embedded;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs.Written;

/// <summary>
/// What ended a minute ago is removed and may be started anew; what has not ended stays, and what is still to be done
/// behind an end is done.
/// </summary>
internal static class RetentionProgram
{
    private const int Brief = 3;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan RemovedWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    // Long enough to be kept by its hash, which all that were started with it share.
    private static readonly Payload Input = Payload.From(new string('x', 20_000));

    private static StepMap[] Maps { get; } =
    [
        Map("brief").Step("work", s => s.Call("do")).Build(),
        Map("open").Step("ask", s => s.Wait("go")).Step("work", s => s.After("ask").Call("do")).Build(),
        Map("lasting").Step("now", s => s.Call("do"))
            .Step("later", s => s.After("now").Detached().Call("late")).Build(),
    ];

    public static SimulatedProgram Program { get; } = new("retention", Configure, RunAsync)
    {
        // Beyond the first removal.
        FaultsLonger = TimeSpan.FromSeconds(80),
        TrustsClocks = true,
    };

    private static ProcessBuilder<System.Text.Json.JsonElement> Map(string name) => Process.Define(name).DefaultRetry(
        attemptsMax: 1_000, firstDelay: TimeSpan.FromMilliseconds(100), backoff: 2, maxDelay: TimeSpan.FromSeconds(10));

    private static void Configure(ActorsOptions engine, WorldContext context)
    {
        engine.Retention = Kept;
        foreach (var map in Maps) engine.AddProcess(map);
        engine.AddHandler<Payload, int>("do", (_, step) => DoAsync(context, step));
        engine.AddHandler<Payload, int>("late", (_, step) =>
            context.Time.GetUtcNow() < context.Beginning + Behind
                ? throw new TransientException("not yet", "early")
                : DoAsync(context, step));
    }

    private static async ValueTask<int> DoAsync(WorldContext context, StepContext step)
    {
        await context.Effects.DoAsync(step, step.Step);
        return 1;
    }

    private static async Task RunAsync(WorldContext context)
    {
        var open = await StartAsync(context, "open", "k");
        var lasting = await StartAsync(context, "lasting", "k");
        await Task.WhenAll(Enumerable.Range(0, Brief).Select(i => AgainAsync(context, i)));
        await using (var store = context.Inspect())
        {
            if (await store.FindAsync(open.Key) is null)
                context.Violation($"[purge] '{open}' has not ended, and is gone");
        }

        var signalled = context.Time.GetUtcNow();
        await context.EventuallyAsync(client => client.SignalAsync(open, "go", default, "s"));
        await CompletesAsync(context, open, signalled);
        await WaitForAsync(context, "'later' is not done", _ => Task.FromResult(
            context.Effects.All.Any(e => e.Invocation == lasting && e.Name == "later")));
    }

    /// <summary>Starts, waits until it is removed, and starts again: all by one key.</summary>
    private static async Task AgainAsync(WorldContext context, int number)
    {
        var begun = context.Time.GetUtcNow();
        var id = await StartAsync(context, "brief", $"b{number}");
        var ended = (await CompletesAsync(context, id, begun))?.EndedAt ?? begun;
        // Some are looked at all the time, and in memory for that reason when their journals are removed.
        var isAsked = number == 0;
        await WaitForAsync(context, $"'{id}' is not removed", async store =>
        {
            if (isAsked) await IsGoneAsync(context, id);
            return await store.FindAsync(id.Key) is null;
        });
        if (context.Time.GetUtcNow() < ended + Kept)
            context.Violation($"[purge] '{id}' was removed {context.Time.GetUtcNow() - ended} behind its end");
        await WaitForAsync(context, $"'{id}' is removed, and told", _ => IsGoneAsync(context, id));
        begun = context.Time.GetUtcNow();
        await StartAsync(context, "brief", id.Id);
        var again = await CompletesAsync(context, id, begun);
        if (again?.EndedAt <= ended) context.Violation($"[purge] '{id}' was removed and started, and is what it was");
    }

    private static async Task<bool> IsGoneAsync(WorldContext context, InvocationId id)
    {
        try
        {
            await context.Client.GetAsync(id);
            return false;
        }
        catch (NotFoundException)
        {
            return true;
        }
        catch (TransientException)
        {
            return false;
        }
    }

    private static async Task WaitForAsync(
        WorldContext context, string why, Func<Journal.IStoreInspection, Task<bool>> isSo)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            await using (var store = context.Inspect())
            {
                if (await isSo(store)) return;
            }

            if (waited > RemovedWithin) throw new TimeoutException($"[purge] {why} after {waited}");
            await context.DelayAsync(Pause);
        }
    }

    /// <param name="context">The world.</param>
    /// <param name="id">Which.</param>
    /// <param name="begun">
    /// Before it was asked for what lets it end: it may have ended long before that was answered.
    /// </param>
    /// <returns>Null: it was removed before somebody could be asked, in a time when none answered.</returns>
    private static async Task<InvocationView?> CompletesAsync(
        WorldContext context, InvocationId id, DateTimeOffset begun)
    {
        InvocationView view;
        try
        {
            view = await context.EndOfAsync(id);
        }
        catch (NotFoundException) when (context.Time.GetUtcNow() >= begun + Kept)
        {
            return null;
        }

        if (view.Status != InvocationStatus.Completed) context.Violation($"'{id}' is {view.Status}: {view.Failure}");
        return view;
    }

    private static async Task<InvocationId> StartAsync(WorldContext context, string process, string key)
    {
        var request = new StartRequest(process, Input) { Key = key };
        return (await context.EventuallyAsync(client => client.StartAsync(request))).Id;
    }
}
