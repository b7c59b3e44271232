namespace Shop.Faults;

/// <summary>What will happen to one request.</summary>
internal readonly record struct Fate(TimeSpan Latency, bool Fails, bool ArrivesTwice, bool LosesAnswer);

/// <summary>
/// Draws the fate of each request from seed, endpoint and the request's number at that endpoint, and from nothing else:
/// which requests suffer does not depend on time or threads, only who happens to come n-th does.
/// </summary>
internal sealed class FaultInjector
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EndpointState> _states = new(StringComparer.Ordinal);
    private KnobSettings _settings;

    public FaultInjector(KnobSettings settings)
    {
        _settings = settings;
        Set(settings);
    }

    /// <summary>The knobs as they were set, with what is left of each <c>failNext</c>.</summary>
    public KnobSettings Get()
    {
        lock (_gate)
        {
            return _settings with
            {
                Endpoints = _states.ToDictionary(
                    pair => pair.Key,
                    pair => pair.Value.Knobs with { FailNext = pair.Value.FailuresLeft },
                    StringComparer.Ordinal),
            };
        }
    }

    /// <summary>Replaces all knobs and starts counting requests anew.</summary>
    public void Set(KnobSettings settings)
    {
        lock (_gate)
        {
            _settings = settings;
            var others = settings.Endpoints.GetValueOrDefault("*") ?? new Knobs();
            foreach (var endpoint in ShopEndpoints.All)
                _states[endpoint] = new EndpointState(settings.Endpoints.GetValueOrDefault(endpoint) ?? others);
        }
    }

    public Fate Next(string endpoint)
    {
        lock (_gate)
        {
            var state = _states[endpoint];
            var number = state.Requests++;
            var knobs = state.Knobs;
            var spread = Math.Max(0, knobs.LatencyMsMax - knobs.LatencyMsMin);
            var latency = TimeSpan.FromMilliseconds(knobs.LatencyMsMin + spread * Draw(endpoint, number, 0));
            var fails = state.FailuresLeft > 0 || Draw(endpoint, number, 1) < knobs.ErrorRate;
            if (state.FailuresLeft > 0) state.FailuresLeft--;
            return new Fate(
                latency,
                fails,
                ArrivesTwice: Draw(endpoint, number, 2) < knobs.DuplicateRate,
                LosesAnswer: Draw(endpoint, number, 3) < knobs.LostAnswerRate);
        }
    }

    /// <summary>
    /// A number from 0 (included) to 1 (excluded), by the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    /// </summary>
    private double Draw(string endpoint, ulong number, ulong aspect)
    {
        var mixed = Mix(_settings.Seed);
        foreach (var letter in endpoint) mixed = Mix(mixed ^ letter);
        return (Mix(Mix(mixed ^ number) ^ aspect) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private sealed class EndpointState(Knobs knobs)
    {
        public Knobs Knobs { get; } = knobs;

        public ulong Requests { get; set; }

        public int FailuresLeft { get; set; } = knobs.FailNext;
    }
}
