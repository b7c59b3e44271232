using System.Collections.Concurrent;
using System.Text.Json;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Faults;

/// <summary>What was seen of a process whose clock was set back, and right again.</summary>
/// <param name="Ends">How often each end of an invocation was seen, by process, status and type of failure.</param>
/// <param name="Held">
/// Invocations from before whose timers waited for the clock to be right again: those begun behind had ended.
/// </param>
/// <param name="Attempts">Attempts that ran.</param>
/// <param name="Repeated">Attempts that ran more than once.</param>
/// <param name="Early">Delays and retries that were over too soon, by the clock that nobody sets.</param>
internal sealed record ClockAnswer(
    SortedDictionary<string, int> Ends, int Held, int Attempts, int Repeated, int Early);

/// <summary>
/// An engine whose wall clock is set back by an hour while attempts wait for a rate limit, for a retry and for a delay.
/// What is begun then must end; what was begun before, at the latest when the clock is right again.
/// </summary>
internal sealed class ClockRun : IDisposable
{
    private const int Count = 100;
    private const int PerSecond = 50;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    private readonly string _clock;
    private readonly ActorsEngine _engine;
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly ConcurrentDictionary<(InvocationId Id, string Step, int Attempt), long> _begun = new();
    private int _repeated;
    private int _early;

    private ClockRun(string store, string clock)
    {
        _clock = clock;
        // Timers are looked for every second: a clock that is set forward may have passed some.
        var host = new EmbeddedHostOptions { TimerHorizon = TimeSpan.FromSeconds(2) };
        var options = new ActorsOptions { Host = host }.UseStore(store);
        options.AddHandler<Payload, Payload>("work", Work);
        options.AddHandler<Payload, Payload>("flaky", (input, step) => step.Attempt > 1
            ? Work(input, step)
            : throw Fail(step));
        options.AddProcess(Process.Define("paced")
            .Step("a", s => s.Call("work").Limit(perSecond: PerSecond)).Build());
        options.AddProcess(Process.Define("timed").Step("a", s => s.Call("flaky"))
            .Step("b", s => s.After("a").Delay(Pause)).Step("c", s => s.After("b").Call("work"))
            .DefaultRetry(attemptsMax: 3, firstDelay: FirstDelay, jitter: false).Build());
        _engine = new ActorsEngine(options, _services, NullLoggerFactory.Instance, TimeProvider.System);
    }

    /// <summary>Runs it, and says what was seen.</summary>
    /// <param name="store">The store.</param>
    /// <param name="clock">A file that says how far the clock is off (libfaketime).</param>
    public static async Task<int> RunAsync(string store, string clock)
    {
        using var run = new ClockRun(store, clock);
        ClockAnswer answer;
        await using (run._engine) answer = await run.RunAsync();
        Console.Out.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));
        return 0;
    }

    public void Dispose() => _services.Dispose();

    private async Task<ClockAnswer> RunAsync()
    {
        await _engine.StartAsync(default);
        var paced = await BeginAsync("paced", "before");
        var timed = await BeginAsync("timed", "before");
        SetClock("-1h", -Hour);
        var behind = await BeginAsync("paced", "behind");
        behind.AddRange(await BeginAsync("timed", "behind"));

        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await EndAsync([.. paced, .. behind], ends);
        var held = 0;
        foreach (var id in timed) held += (await _engine.Client.GetAsync(id)).HasEnded ? 0 : 1;
        SetClock("+0", Hour);
        await EndAsync(timed, ends);
        return new ClockAnswer(ends, held, _begun.Count, _repeated, _early);
    }

    /// <summary>The file is replaced in one go: half of it would be another time.</summary>
    private void SetClock(string text, TimeSpan by)
    {
        var before = TimeProvider.System.GetUtcNow();
        File.WriteAllText(_clock + ".new", text);
        File.Move(_clock + ".new", _clock, overwrite: true);
        var off = TimeProvider.System.GetUtcNow() - before - by;
        if (off.Duration() > TimeSpan.FromMinutes(1))
            throw new InvalidOperationException($"the clock was not set by {by}: it is off by {off}");
    }

    private ValueTask<Payload> Work(Payload input, StepContext step)
    {
        var now = Note(step);
        if (step.Attempt > 1) Check(step, step.Step, 1, now, FirstDelay);
        if (step.Step == "c") Check(step, "a", 2, now, Pause);
        return new ValueTask<Payload>(input);
    }

    private TransientException Fail(StepContext step)
    {
        Note(step);
        return new TransientException("not now", "outage");
    }

    private long Note(StepContext step)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (!_begun.TryAdd((step.InvocationId, step.Step, step.Attempt), now)) Interlocked.Increment(ref _repeated);
        return now;
    }

    private void Check(StepContext step, string after, int attempt, long now, TimeSpan wait)
    {
        var took = TimeProvider.System.GetElapsedTime(_begun[(step.InvocationId, after, attempt)], now);
        if (took < wait) Interlocked.Increment(ref _early);
    }

    private async Task<List<InvocationId>> BeginAsync(string process, string prefix)
    {
        var ids = new List<InvocationId>();
        for (var i = 0; i < Count; i++)
            ids.Add((await _engine.Client.StartAsync(new StartRequest(process) { Key = $"{prefix}{i}" })).Id);
        return ids;
    }

    private async Task EndAsync(IEnumerable<InvocationId> ids, SortedDictionary<string, int> ends)
    {
        foreach (var id in ids)
        {
            InvocationView view;
            do view = await _engine.Client.WaitAsync(id, TimeSpan.FromMinutes(1));
            while (!view.HasEnded);
            var end = $"{view.Process} {view.Status} {view.Failure?.Type}".TrimEnd();
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }
    }
}
