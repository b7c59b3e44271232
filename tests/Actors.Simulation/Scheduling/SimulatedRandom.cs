namespace Actors.Simulation.Scheduling;

/// <summary>
/// Random numbers that are the same for the same seed everywhere (SplitMix64: Steele, Lea, Flood 2014). Each purpose
/// takes a stream of its own, so that more faults don't change what the program draws.
/// </summary>
internal sealed class SimulatedRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A stream of its own for a purpose.</summary>
    public static SimulatedRandom Of(ulong seed, ulong purpose) =>
        new(Mix(seed + 0x9E3779B97F4A7C15UL * (purpose + 1)));

    /// <summary>Mixes bits.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>From 0 (inclusive) to <paramref name="max"/> (exclusive).</summary>
    public int Next(int max) => (int)((NextBits() >> 32) * (ulong)max >> 32);

    /// <summary>From <paramref name="min"/> (inclusive) to <paramref name="max"/> (exclusive).</summary>
    public int Next(int min, int max) => min + Next(max - min);

    /// <summary>From 0 (inclusive) to 1 (exclusive).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Whether something happens that has a probability.</summary>
    public bool Chance(double probability) => probability > 0 && NextDouble() < probability;

    /// <summary>A time, mostly near the short end.</summary>
    public TimeSpan Time(TimeSpan min, TimeSpan max)
    {
        var u = NextDouble();
        return min + (max - min) * (u * u * u);
    }

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> of) => of[Next(of.Count)];
}
