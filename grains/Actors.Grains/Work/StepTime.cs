using System.Text.Json.Serialization;

namespace Actors.Grains.Work;

/// <summary>
/// The time that a step has as a whole, from when it was first scheduled. It goes on while an attempt waits for a
/// place. Between processes it is told as what is left, so that their clocks need not agree; in one it is measured by
/// the clock that nobody sets.
/// </summary>
/// <param name="Whole">As the step declares it.</param>
/// <param name="Left">
/// What was left when it was told; zero or less: nothing. An attempt that has none is not begun.
/// </param>
public sealed record StepTime(TimeSpan Whole, TimeSpan Left)
{
    /// <summary>When it was told, by the timestamps of this process; null: just now, by another one.</summary>
    [JsonIgnore]
    public long? ToldAt { get; init; }

    /// <summary>What is left now.</summary>
    public TimeSpan LeftNow(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return ToldAt is { } told ? Left - time.GetElapsedTime(told) : Left;
    }

    /// <summary>The same, told now.</summary>
    public StepTime Now(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new StepTime(Whole, LeftNow(time)) { ToldAt = time.GetTimestamp() };
    }
}
