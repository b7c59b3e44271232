using System.Diagnostics;
using Shouldly;

namespace Actors.Core.Tests;

/// <summary>
/// How the time of something grows with its size. Two sizes are timed by turns, the best of several rounds each, so
/// that a busy machine slows both; what takes time in proportion comes out near the ratio of the sizes, what takes the
/// square of it far above. The larger one is the likelier to be interrupted: there are more rounds while it is above.
/// </summary>
internal static class Growth
{
    private const int RoundsMin = 5;
    private const int RoundsMax = 50;
    private const int Larger = 16;

    public static void ShouldBeInProportion(int size, Action<int> run)
    {
        run(size);
        var (small, large) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < RoundsMin || i < RoundsMax && large / small >= Larger * 4; i++)
        {
            small = Shorter(small, size, run);
            large = Shorter(large, size * Larger, run);
        }

        (large / small).ShouldBeLessThan(Larger * 4, $"{size} took {small}, {size * Larger} took {large}");
    }

    private static TimeSpan Shorter(TimeSpan best, int size, Action<int> run)
    {
        var watch = Stopwatch.StartNew();
        run(size);
        return watch.Elapsed < best ? watch.Elapsed : best;
    }
}
