namespace Actors.Grains.Steps;

/// <summary>
/// A small generator of random numbers that gives the same sequence for the same seed on every machine and runtime.
/// Mixing function: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", 2014; hash of
/// the seed text: FNV-1a.
/// </summary>
internal struct SplitMix64
{
    private ulong _state;

    public SplitMix64(ulong seed) => _state = seed;

    /// <summary>A generator seeded by a text and a number.</summary>
    public static SplitMix64 Of(string text, int number)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return new SplitMix64(hash ^ ((ulong)(uint)number << 32));
    }

    /// <summary>The next number from 0 (inclusive) to 1 (exclusive).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
