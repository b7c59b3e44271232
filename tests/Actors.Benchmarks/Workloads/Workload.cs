using System.Collections.Immutable;
using System.Diagnostics;
using Actors.Benchmarks.Measuring;
using Actors.Definitions;
using Actors.Silo.Embedded;

namespace Actors.Benchmarks.Workloads;

/// <summary>A named load with a target.</summary>
internal abstract class Workload
{
    public static ImmutableArray<Workload> All { get; } =
    [
        new StepsWorkload("W1", 1, 2, 20_000, 8_000),
        new StepsWorkload("W2", 5, 6, 6_000, 4_000),
        new LongRunWorkload(),
        new FanOutWorkload(),
        new SignalWorkload(),
        new HotEntityWorkload(),
        new SuspendedWorkload(),
        new BytesWorkload(),
        new DirectPipelineWorkload(),
    ];

    public abstract string Id { get; }

    public virtual int ClientsDefault => 64;

    public abstract Task<BenchmarkResult> RunAsync(BenchmarkSettings settings, CancellationToken cancellationToken);

    protected static StepMap Sequence(
        string name, int steps, ProcessModel model = ProcessModel.Graph, bool pure = false) => new()
    {
        Process = name,
        Model = model,
        Pipeline = model == ProcessModel.Pipeline ? new PipelineOptions() : null,
        Output = new Template("null"),
        Steps = [.. Enumerable.Range(0, steps).Select(i => new Step
        {
            Name = $"s{i}",
            Action = new StepAction.Handler("noop"),
            After = i == 0 ? [] : [$"s{i - 1}"],
            Pure = pure,
        })],
    };

    protected static void AddNoop(ActorsOptions options) =>
        options.AddHandler<Payload, Payload>("noop", (_, _) => new ValueTask<Payload>(Payload.Null));

    protected static async Task RunOneAsync(IActorsClient client, string process, Payload input)
    {
        var started = await client.StartAsync(new StartRequest(process, input));
        var ended = await client.WaitAsync(started.Id);
        if (ended.Status != InvocationStatus.Completed)
            throw new InvalidOperationException($"{started.Id} is {ended.Status}: {ended.Failure?.Message}");
    }

    /// <summary>Stops the engine, probes the bare store, audits what is in it.</summary>
    protected async Task<BenchmarkResult> FinishAsync(
        Bench bench, BenchmarkSettings settings, LoadResult load, double stepsPerOp, string target,
        Func<double, double, string> verdict, bool allMustHaveEnded = true, Dictionary<string, double>? more = null)
    {
        await bench.StopAsync();
        var bytes = bench.FileBytes;
        var audit = await bench.AuditAsync(allMustHaveEnded);
        await using var store = await bench.OpenStoreAsync();
        // In this order: while the log of a store that was just opened still grows, a flush has a file's size to
        // record, too, and takes up to twice as long as later, when it writes over what is there.
        var group = await StoreProbe.GroupCommitPerSecondAsync(store, TimeSpan.FromSeconds(1));
        var commitMs = await StoreProbe.CommitMsAsync(store, TimeSpan.FromSeconds(1));
        var yardstick = await NaiveLoop.CpuMicrosPerStepAsync(bench.YardstickFile, TimeSpan.FromSeconds(2));
        return new BenchmarkResult
        {
            Workload = Id,
            Store = settings.Store,
            Host = settings.Host,
            Clients = settings.Clients,
            CompletedPerSecond = load.PerSecond,
            P50Ms = load.PercentileMs(0.5),
            P99Ms = load.PercentileMs(0.99),
            MaxMs = load.PercentileMs(1),
            CpuMicrosPerStep = load.Cpu.TotalMicroseconds / Math.Max(1, load.Completed * stepsPerOp),
            CommitsPerOp = (double)load.Commits / Math.Max(1, load.Completed),
            AppendsPerOp = (double)load.Appends / Math.Max(1, load.Completed),
            BytesPerOp = (double)bytes / Math.Max(1, load.Completed + load.WarmUp),
            AllocatedBytesPerOp = (double)load.Allocated / Math.Max(1, load.Completed),
            RssMb = load.WorkingSet / 1048576.0,
            CommitProbeMs = commitMs,
            GroupCommitProbePerSecond = group,
            NaiveLoopCpuMicrosPerStep = yardstick,
            Target = target,
            Verdict = audit == "clean" ? verdict(commitMs, load.PerSecond) : "void",
            Audit = audit,
            ServerCpuMicrosPerStep = load.ServerCpu.TotalMicroseconds / Math.Max(1, load.Completed * stepsPerOp),
            ServerSettings = bench.ServerSettings,
            More = more ?? [],
        };
    }

    protected static string Judge(bool reached) => reached ? "reached" : "missed";
}

/// <summary>Invocations of a few sequential no-op steps.</summary>
internal sealed class StepsWorkload(
    string id, int steps, int floorCommits, double sqlitePerSecond, double postgresPerSecond) : Workload
{
    public override string Id => id;

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        await using var bench = await Bench.StartAsync(settings, options =>
        {
            AddNoop(options);
            options.AddProcess(Sequence("run", steps));
        });
        var load = await bench.MeasureAsync((_, _) => RunOneAsync(bench.Client, "run", Payload.Null));
        var most = settings.IsPostgres ? postgresPerSecond : sqlitePerSecond;
        var target = $"1 client p50 <= 2x floor ({floorCommits} commits); >= {most} runs/s";
        return await FinishAsync(bench, settings, load, steps, target, (commitMs, perSecond) => Judge(
            settings.Clients == 1 ? load.PercentileMs(0.5) <= 2 * floorCommits * commitMs : perSecond >= most),
            more: new() { ["stepsPerSecond"] = load.PerSecond * steps });
    }
}

/// <summary>W3: invocations of 100 steps, and one of 100,000 whose first and last steps must cost the same.</summary>
internal sealed class LongRunWorkload : Workload
{
    private const int Steps = 100;

    public override string Id => "W3";

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var longSteps = settings.Count ?? 100_000;
        var window = Math.Min(1000, longSteps / 10);
        var marks = new long[longSteps];
        var begun = new TaskCompletionSource();
        await using var bench = await Bench.StartAsync(settings, options =>
        {
            AddNoop(options);
            options.AddHandler<Payload, Payload>("mark", (_, context) =>
            {
                var step = int.Parse(context.Step.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
                marks[step] = Stopwatch.GetTimestamp();
                if (step == 2 * window) begun.TrySetResult();
                return new ValueTask<Payload>(Payload.Null);
            });
            options.AddProcess(Sequence("hundred", Steps));
            var map = Sequence("long", longSteps);
            var mark = new StepAction.Handler("mark");
            options.AddProcess(map with { Steps = [.. map.Steps.Select(s => s with { Action = mark })] });
        });
        var load = await bench.MeasureAsync((_, _) => RunOneAsync(bench.Client, "hundred", Payload.Null));
        await RunOneAsync(bench.Client, "long", Payload.Null);
        var late = MedianStepMicros(marks, longSteps - window, longSteps);
        // The first steps of another one, right behind the last ones: commits take half as long again in some minutes.
        begun = new TaskCompletionSource();
        var second = await bench.Client.StartAsync(new StartRequest("long"));
        await begun.Task.WaitAsync(cancellationToken);
        await bench.Client.CancelAsync(second.Id);
        await bench.Client.WaitAsync(second.Id);
        var early = MedianStepMicros(marks, window, 2 * window);
        var most = settings.IsPostgres ? 20_000 : 30_000;
        return await FinishAsync(bench, settings, load, Steps,
            $">= {most} steps/s; same cost per step at step 10 and at step 100,000",
            (_, perSecond) => Judge(perSecond * Steps >= most && late <= 1.25 * early),
            more: new()
            {
                ["stepsPerSecond"] = load.PerSecond * Steps,
                ["earlyStepMicros"] = early,
                ["lateStepMicros"] = late,
            });
    }

    private static double MedianStepMicros(long[] marks, int from, int to)
    {
        var gaps = new List<double>();
        for (var i = Math.Max(1, from); i < to; i++)
            gaps.Add(Stopwatch.GetElapsedTime(marks[i - 1], marks[i]).TotalMicroseconds);
        gaps.Sort();
        return gaps[gaps.Count / 2];
    }
}

/// <summary>W4: fan out over a collection and join.</summary>
internal sealed class FanOutWorkload : Workload
{
    public override string Id => "W4";

    public override int ClientsDefault => 1;

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var items = settings.Count ?? 1000;
        await using var bench = await Bench.StartAsync(settings, options =>
        {
            AddNoop(options);
            options.AddProcess(new StepMap
            {
                Process = "fan",
                Output = new Template("null"),
                Steps =
                [
                    new Step
                    {
                        Name = "each",
                        Action = new StepAction.Handler("noop"),
                        Each = new Each("$.input", null),
                    },
                    new Step
                    {
                        Name = "join",
                        Action = new StepAction.Handler("noop"),
                        After = ["each"],
                        Input = new Template("null"),
                    },
                ],
            });
        });
        var input = Payload.From(Enumerable.Range(0, items));
        var load = await bench.MeasureAsync((_, _) => RunOneAsync(bench.Client, "fan", input));
        var most = settings.IsPostgres ? 60 : 30;
        return await FinishAsync(bench, settings, load, items + 1, $"fan out {items} and join: p50 <= {most} ms",
            (_, _) => Judge(load.PercentileMs(0.5) <= most));
    }
}
