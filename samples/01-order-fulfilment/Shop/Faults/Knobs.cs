using System.Text.Json.Serialization;
using Shop.Http;

namespace Shop.Faults;

/// <summary>How badly one endpoint behaves. All zero: not at all.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Knobs
{
    /// <summary>Least time before a request is looked at, in milliseconds. Range: 0 to 60,000.</summary>
    public double LatencyMsMin { get; init; }

    /// <summary>Most; drawn uniformly between the two. Below the least: always the least.</summary>
    public double LatencyMsMax { get; init; }

    /// <summary>Share of requests answered 503 before anything is done. Range: 0 to 1.</summary>
    public double ErrorRate { get; init; }

    /// <summary>
    /// Share of requests that are done, and whose connection is then cut instead of answered. Range: 0 to 1.
    /// </summary>
    public double LostAnswerRate { get; init; }

    /// <summary>Share of requests that arrive twice, as through a proxy that sends again. Range: 0 to 1.</summary>
    public double DuplicateRate { get; init; }

    /// <summary>So many of the next requests are answered 503. Range: 0 to 1,000,000.</summary>
    public int FailNext { get; init; }

    /// <exception cref="BadRequestException">One is out of range.</exception>
    internal void Validate(string endpoint)
    {
        Check(endpoint, "latencyMsMin", LatencyMsMin, 60_000);
        Check(endpoint, "latencyMsMax", LatencyMsMax, 60_000);
        Check(endpoint, "errorRate", ErrorRate, 1);
        Check(endpoint, "lostAnswerRate", LostAnswerRate, 1);
        Check(endpoint, "duplicateRate", DuplicateRate, 1);
        Check(endpoint, "failNext", FailNext, 1_000_000);
    }

    private static void Check(string endpoint, string name, double value, double max)
    {
        if (!(value >= 0 && value <= max))
            throw new BadRequestException($"{name} of '{endpoint}' is {value}; it must be from 0 to {max}");
    }
}

/// <summary>The knobs of all endpoints.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KnobSettings
{
    /// <summary>Of all draws: the n-th request to an endpoint has the same fate in every run of the seed.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// By the names in <see cref="ShopEndpoints"/>; an endpoint not named has the knobs of <c>*</c>, if there are any.
    /// </summary>
    public IReadOnlyDictionary<string, Knobs> Endpoints { get; init; } =
        new Dictionary<string, Knobs>(StringComparer.Ordinal);

    /// <exception cref="BadRequestException">An endpoint is unknown or a knob out of range.</exception>
    internal void Validate()
    {
        foreach (var (endpoint, knobs) in Endpoints)
        {
            if (endpoint != "*" && !ShopEndpoints.All.Contains(endpoint, StringComparer.Ordinal))
            {
                throw new BadRequestException(
                    $"there is no endpoint '{endpoint}'; there are *, {string.Join(", ", ShopEndpoints.All)}");
            }

            knobs.Validate(endpoint);
        }
    }
}
