using Actors.Definitions;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs.Written;

/// <summary>
/// Small programs by hand, one for each thing that a process can do, each with what must have come of it whatever went
/// wrong meanwhile.
/// </summary>
internal static class WrittenPrograms
{
    public static IReadOnlyList<SimulatedProgram> All { get; } =
    [
        Of("saga", Map("saga")
            .Step("hold", s => s.Call("do").Undo(u => u.Call("do")))
            .Step("pay", s => s.After("hold").Call("do").Undo(u => u.Call("do")))
            .Step("ship", s => s.After("pay").Call("refuse")).Build(), SagaAsync),
        Of("signal", Map("signal")
            .Step("pause", s => s.Delay(TimeSpan.FromMilliseconds(300)))
            .Step("ask", s => s.After("pause").Wait("answer"))
            .Step("act", s => s.After("ask").Input("$.steps.ask.result").Call("do")).Build(), SignalAsync),
        Of("child", Map("parent")
            .Step("first", s => s.Call("do"))
            .Step("inner", s => s.After("first").Child("inner"))
            .Step("last", s => s.After("inner").Call("do")).Build(), ChildAsync),
        Of("entity", Map("entity")
            .Step("five", s => s.Input(5).Entity("tally", "t", "add"))
            .Step("seven", s => s.After("five").Input(7).Entity("tally", "t", "add")).Build(), EntityAsync),
        Of("map", Map("map")
            .Step("items", s => s.Each("$.input").Parallel(2).Input("$.item").Call("do"))
            .Step("sum", s => s.After("items").Call("do")).Build(), MapAsync),
        Of("cancel", Map("cancel")
            .Step("hold", s => s.Call("do").Undo(u => u.Call("do")))
            .Step("ask", s => s.After("hold").Wait("never")).Build(), CancelAsync),
        Of("pure", Map("pure").Pipeline()
            .Step("one", s => s.Call("add").Pure())
            .Step("two", s => s.Call("add").Pure())
            .Step("act", s => s.Call("do"))
            .Step("three", s => s.Call("add").Pure())
            .Step("last", s => s.Call("do")).Build(), PureAsync),
    ];

    /// <summary>Also those that are too large to be broken at every place.</summary>
    public static IReadOnlyList<SimulatedProgram> AllAndLarge { get; } =
        [.. All, OrderProgram.Of(3), RetentionProgram.Program, ClockProgram.Program];

    public static SimulatedProgram Named(string name) => AllAndLarge.Single(program => program.Name == name);

    /// <summary>Runs one under the random faults of a seed.</summary>
    public static SimulationResult Swarm(SimulatedProgram program, int silos, ulong seed, bool keepTrace = false) =>
        SimulatedWorld.Run(
            seed,
            new SimulationOptions
            {
                Configure = program.Configure,
                Silos = silos,
                Faults = program.FaultsOf(seed),
                KeepTrace = keepTrace,
            },
            program.RunAsync);

    private static ProcessBuilder<System.Text.Json.JsonElement> Map(string name) => Process.Define(name).DefaultRetry(
        attemptsMax: 50, firstDelay: TimeSpan.FromMilliseconds(20), backoff: 1.5, maxDelay: TimeSpan.FromSeconds(2));

    private static SimulatedProgram Of(string name, StepMap map, Func<WorldContext, Task> run) => new(
        name,
        (engine, context) => engine
            .AddProcess(map)
            .AddProcess(Inner)
            .AddEntity<Tally>("tally")
            .AddHandler<int, int>("add", (input, _) => new ValueTask<int>(input + 1))
            .AddHandler<Payload, Payload>("refuse", (_, _) => throw new TerminalException("never", "refused"))
            .AddHandler<Payload, Payload>("do", async (input, step) =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(context.Next(8)), context.Time, step.CancellationToken);
                await context.Effects.DoAsync(step, (step.IsUndo ? "undo " : "") + step.Step);
                return input;
            }),
        run);

    private static StepMap Inner { get; } = Map("inner").Step("work", s => s.Call("do")).Build();

    private static async Task SagaAsync(WorldContext context)
    {
        var id = await StartAsync(context, "saga", "null");
        await EndsAsync(context, id, InvocationStatus.Failed, "hold", "pay", "undo hold", "undo pay");
        var order = context.Effects.All.Where(e => !e.IsRepeat).Select(e => e.Name).ToList();
        if (!order.SequenceEqual(["hold", "pay", "undo pay", "undo hold"]))
            context.Violation($"the effects came as {string.Join(", ", order)}");
    }

    private static async Task SignalAsync(WorldContext context)
    {
        var id = await StartAsync(context, "signal", "null");
        await context.EventuallyAsync(client => client.SignalAsync(id, "answer", Payload.FromJson("1"), "s1"));
        await context.EventuallyAsync(client => client.SignalAsync(id, "answer", Payload.FromJson("1"), "s1"));
        await EndsAsync(context, id, InvocationStatus.Completed, "act");
    }

    private static async Task ChildAsync(WorldContext context)
    {
        var id = await StartAsync(context, "parent", "null");
        await EndsAsync(context, id, InvocationStatus.Completed, "first", "last", "work");
    }

    private static async Task EntityAsync(WorldContext context)
    {
        var tally = new EntityId("tally", "t");
        var adds = context.EventuallyAsync(client => client.CallEntityAsync(tally, "add", Payload.From(100), "op1"));
        var id = await StartAsync(context, "entity", "null");
        await EndsAsync(context, id, InvocationStatus.Completed);
        await adds;
        await context.EventuallyAsync(client => client.CallEntityAsync(tally, "add", Payload.From(100), "op1"));
        var total = await context.EventuallyAsync(client => client.GetEntityAsync(tally));
        if (total?.To<Tally.Sum>()?.Value != 112) context.Violation($"5 + 7 + 100 gave {total}");
    }

    private static async Task MapAsync(WorldContext context)
    {
        var id = await StartAsync(context, "map", "[1,2,3]");
        await EndsAsync(context, id, InvocationStatus.Completed, "items", "items", "items", "sum");
    }

    private static async Task PureAsync(WorldContext context)
    {
        var id = await StartAsync(context, "pure", "5");
        await EndsAsync(context, id, InvocationStatus.Completed, "act", "last");
        // One that is read may be a moment old.
        var view = await context.EndOfAsync(id);
        if (view.Output.To<int>() != 8) context.Violation($"5 + 3 gave {view.Output}");
    }

    private static async Task CancelAsync(WorldContext context)
    {
        var id = await StartAsync(context, "cancel", "null");
        await context.DelayAsync(TimeSpan.FromMilliseconds(context.Next(10)));
        await context.EventuallyAsync(client => client.CancelAsync(id, "changed my mind"));
        var view = await context.EndOfAsync(id);
        if (view.Status != InvocationStatus.Cancelled) context.Violation($"{id} is {view.Status}");
        var names = context.Effects.All.Select(e => e.Name).Distinct().ToList();
        if (names.Contains("hold") && !names.Contains("undo hold")) context.Violation("what was held was not released");
    }

    private static async Task<InvocationId> StartAsync(WorldContext context, string process, string input)
    {
        var request = new StartRequest(process, Payload.FromJson(input)) { Key = "k" };
        return (await context.EventuallyAsync(client => client.StartAsync(request))).Id;
    }

    private static async Task EndsAsync(
        WorldContext context, InvocationId id, InvocationStatus expected, params string[] effects)
    {
        var view = await context.EndOfAsync(id);
        if (view.Status != expected) context.Violation($"{id} is {view.Status} and not {expected}: {view.Failure}");
        var done = context.Effects.All.Where(e => !e.IsRepeat)
            .Select(e => e.Name).Order(StringComparer.Ordinal).ToList();
        if (!done.SequenceEqual(effects)) context.Violation($"{id} did {string.Join(", ", done)}");
    }

    /// <summary>An entity that adds up.</summary>
    internal sealed class Tally : Entity<Tally.Sum>
    {
        public int Add(int by) => State.Value += by;

        internal sealed class Sum
        {
            public int Value { get; set; }
        }
    }
}
