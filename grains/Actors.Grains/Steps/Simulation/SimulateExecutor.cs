using Actors.Definitions;
using Actors.Grains.Work;

namespace Actors.Grains.Steps;

/// <summary>
/// Pretends to work: waits as long as the step states and fails as often. Both are drawn from the idempotency key and
/// the attempt, so that the same attempt, run again, takes as long and ends the same way.
/// </summary>
internal sealed class SimulateExecutor : StepExecutor
{
    // What a timer may round away. Less is not waited for.
    private static readonly TimeSpan TooShort = TimeSpan.FromMilliseconds(0.5);

    /// <summary>How long a simulated attempt takes at scale 1, and whether it fails.</summary>
    public static (TimeSpan Duration, bool Fails) Draw(StepAction.Simulate spec, string idempotencyKey, int attempt)
    {
        var random = SplitMix64.Of(idempotencyKey, attempt);
        var fails = random.NextDouble() < spec.FailureRate;
        var u = random.NextDouble();
        var factor = spec.Distribution switch
        {
            DurationDistribution.Uniform => 0.5 + u,
            DurationDistribution.Exponential => -Math.Log(1 - u),
            _ => 1,
        };
        return (spec.Duration * factor, fails);
    }

    public override async ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt)
    {
        var spec = ((WorkAction.Simulate)attempt.Work.Action).Spec;
        var (duration, fails) = Draw(spec, attempt.IdempotencyKey, attempt.Attempt);
        await WaitAsync(duration * attempt.Options.SimulatedTimeScale, attempt);
        if (!fails) return Payload.From(new Simulated(Math.Round(duration.TotalMilliseconds, 3)));
        return Failure.Transient(
            "simulated",
            $"step '{attempt.Step}' simulates failing: {spec.FailureRate:P2} of its attempts do, this is one");
    }

    private static async ValueTask WaitAsync(TimeSpan duration, RunningAttempt attempt)
    {
        var time = attempt.Ports.Time;
        var start = time.GetTimestamp();
        // Timers count by a coarse clock and may be a little early: look again. Long waits take several timers.
        for (var rest = duration; rest > TooShort; rest = duration - time.GetElapsedTime(start))
        {
            var milliseconds = Math.Round(Math.Min(rest.TotalMilliseconds, TimeSpan.MillisecondsPerDay));
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, attempt.CancellationToken);
        }
    }

    private sealed record Simulated(double SimulatedMs);
}
