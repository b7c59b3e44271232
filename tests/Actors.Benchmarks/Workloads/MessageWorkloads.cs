using Actors.Benchmarks.Measuring;
using Actors.Definitions;

namespace Actors.Benchmarks.Workloads;

/// <summary>W6: signal a waiting invocation and read its answer.</summary>
internal sealed class SignalWorkload : Workload
{
    public override string Id => "W6";

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        await using var bench = await Bench.StartAsync(settings, options => options.AddProcess(new StepMap
        {
            Process = "wait",
            Steps = [new Step { Name = "go", Action = new StepAction.Wait("go") }],
        }));
        var payload = Payload.FromJson("{\"answer\":42}");
        var waiting = new System.Collections.Concurrent.ConcurrentQueue<InvocationId>();
        // Started beforehand; only the signal and its answer are measured, until none is left.
        await Load.RunAsync(64, 2 * settings.Duration, async (_, _) =>
            waiting.Enqueue((await bench.Client.StartAsync(new StartRequest("wait"))).Id));
        var load = await bench.MeasureAsync(
            (_, _) => waiting.TryDequeue(out var id) ? AnswerAsync(id) : throw new OperationCanceledException(),
            async (_, _) => await AnswerAsync((await bench.Client.StartAsync(new StartRequest("wait"))).Id),
            stopOnCancel: true);
        // Those that are left are on disk, too.
        load = load with { WarmUp = load.WarmUp + waiting.Count };
        var most = settings.IsPostgres ? 8_000 : 20_000;
        return await FinishAsync(bench, settings, load, 1, $"1 client p50 <= 2x floor (1 commit); >= {most}/s",
            (commitMs, perSecond) => Judge(
                settings.Clients == 1 ? load.PercentileMs(0.5) <= 2 * commitMs : perSecond >= most),
            allMustHaveEnded: false, more: new() { ["startedAndLeftWaiting"] = waiting.Count });

        async Task AnswerAsync(InvocationId id)
        {
            await bench.Client.SignalAsync(id, "go", payload);
            if ((await bench.Client.WaitAsync(id)).Status != InvocationStatus.Completed)
                throw new InvalidOperationException($"{id} did not complete");
        }
    }
}

/// <summary>W7: one hot entity.</summary>
internal sealed class HotEntityWorkload : Workload
{
    public override string Id => "W7";

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        await using var bench = await Bench.StartAsync(settings, options => options.AddEntity<Counter>("counter"));
        var id = new EntityId("counter", "hot");
        var input = Payload.From(1);
        var load = await bench.MeasureAsync((_, _) => bench.Client.CallEntityAsync(id, "add", input));
        await bench.ReopenAsync();
        var state = (await bench.Client.GetEntityAsync(id))?.To<CounterState>()?.Value ?? -1;
        var added = load.WarmUp + load.Completed;
        if (state != added) throw new InvalidOperationException($"the counter is {state} after {added} operations");
        var (alone, many) = settings.IsPostgres ? (3_000, 20_000) : (5_000, 50_000);
        return await FinishAsync(bench, settings, load, 1, $"1 client >= {alone}/s; 64 clients >= {many}/s",
            (commitMs, perSecond) => settings.Clients == 1
                ? BenchmarkResult.JudgeOneClient(perSecond, alone, commitMs, settings.IsPostgres)
                : Judge(perSecond >= many));
    }

    /// <summary>State of the counter.</summary>
    public sealed class CounterState
    {
        /// <summary>Sum.</summary>
        public long Value { get; set; }
    }

    /// <summary>A counter.</summary>
    public sealed class Counter : Entity<CounterState>
    {
        /// <summary>Adds.</summary>
        public long Add(long n) => State.Value += n;
    }
}

/// <summary>W10: memory of suspended invocations.</summary>
internal sealed class SuspendedWorkload : Workload
{
    public override string Id => "W10";

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var count = settings.Count ?? 1_000_000;
        await using var bench = await Bench.StartAsync(settings, options => options.AddProcess(new StepMap
        {
            Process = "suspended",
            Steps =
            [
                new Step
                {
                    Name = "wait",
                    Action = new StepAction.Wait("go"),
                    Timeout = new StepTimeouts(null, TimeSpan.FromDays(30)),
                },
            ],
        }));
        var left = count;
        for (var i = 0; i < 20_000; i++) await bench.Client.StartAsync(new StartRequest("suspended"));
        var before = Live();
        var load = await Load.RunAsync(settings.Clients, TimeSpan.FromHours(1), async (_, _) =>
        {
            if (Interlocked.Decrement(ref left) < 0) throw new OperationCanceledException();
            await bench.Client.StartAsync(new StartRequest("suspended"));
        }, stopOnCancel: true);
        var bytes = (double)(Live() - before) / count;
        return await FinishAsync(bench, settings, load, 1, $"{count} suspended invocations: <= 100 B of memory each",
            (_, _) => Judge(bytes <= 100), allMustHaveEnded: false,
            more: new() { ["liveBytesEach"] = bytes, ["suspended"] = count });
    }

    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>W11: bytes on disk per step with a payload of 200 bytes.</summary>
internal sealed class BytesWorkload : Workload
{
    private const int Steps = 100;

    public override string Id => "W11";

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var payload = Payload.From(new string('x', 198));
        await using var bench = await Bench.StartAsync(settings, options =>
        {
            options.AddHandler<Payload, Payload>("noop", (_, _) => new ValueTask<Payload>(payload));
            options.AddProcess(Sequence("bytes", Steps));
        });
        var load = await bench.MeasureAsync((_, _) => RunOneAsync(bench.Client, "bytes", Payload.Null));
        await bench.StopAsync();
        var perStep = (double)bench.FileBytes / ((double)(load.Completed + load.WarmUp) * Steps);
        var most = settings.IsPostgres ? 450 : 300;
        return await FinishAsync(bench, settings, load, Steps, $"<= {most} B per step with a 200 B payload",
            (_, _) => Judge(perStep <= most), more: new() { ["bytesPerStep"] = perStep });
    }
}

/// <summary>W12: five pure stages in one go.</summary>
internal sealed class DirectPipelineWorkload : Workload
{
    public override string Id => "W12";

    public override int ClientsDefault => 1;

    public override async Task<BenchmarkResult> RunAsync(
        BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        await using var bench = await Bench.StartAsync(settings, options =>
        {
            AddNoop(options);
            options.AddProcess(Sequence("voice", 5, ProcessModel.Pipeline, pure: true));
        });
        var load = await bench.MeasureAsync((_, _) => RunOneAsync(bench.Client, "voice", Payload.Null));
        var overhead = new Dictionary<string, double>();
        return await FinishAsync(bench, settings, load, 5, "p50 <= 50 us + 2 commits", (commitMs, _) =>
        {
            overhead["overheadMicros"] = (load.PercentileMs(0.5) - 2 * commitMs) * 1000;
            if (settings.Clients == 1) overhead["meanMicrosBesideCommits"] = load.MicrosBesideAppends;
            return Judge(overhead["overheadMicros"] <= 50);
        }, more: overhead);
    }
}
