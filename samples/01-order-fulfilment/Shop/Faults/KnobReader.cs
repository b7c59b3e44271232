using System.Globalization;
using Shop.Http;

namespace Shop.Faults;

/// <summary>Reads knobs from the command line and the environment.</summary>
internal static class KnobReader
{
    /// <exception cref="ShopSettingsException">A knob is unknown or out of range.</exception>
    public static KnobSettings Read(IConfigurationSection section)
    {
        var settings = new KnobSettings();
        var endpoints = new Dictionary<string, Knobs>(StringComparer.Ordinal);
        try
        {
            foreach (var child in section.GetChildren())
            {
                if (string.Equals(child.Key, "seed", StringComparison.OrdinalIgnoreCase))
                    settings = settings with { Seed = (ulong)Number(child) };
                else
                    endpoints[child.Key] = child.GetChildren().Aggregate(new Knobs(), Turn);
            }

            settings = settings with { Endpoints = endpoints };
            settings.Validate();
            return settings;
        }
        catch (BadRequestException e)
        {
            throw new ShopSettingsException($"--knobs: {e.Message}");
        }
    }

    private static Knobs Turn(Knobs knobs, IConfigurationSection knob) => knob.Key.ToLowerInvariant() switch
    {
        "latencymsmin" => knobs with { LatencyMsMin = Number(knob) },
        "latencymsmax" => knobs with { LatencyMsMax = Number(knob) },
        "errorrate" => knobs with { ErrorRate = Number(knob) },
        "lostanswerrate" => knobs with { LostAnswerRate = Number(knob) },
        "duplicaterate" => knobs with { DuplicateRate = Number(knob) },
        "failnext" => knobs with { FailNext = (int)Number(knob) },
        _ => throw new BadRequestException($"there is no knob '{knob.Key}'; there are latencyMsMin, latencyMsMax, " +
            "errorRate, lostAnswerRate, duplicateRate, failNext"),
    };

    private static double Number(IConfigurationSection knob) =>
        double.TryParse(knob.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) &&
        value is >= 0 and <= 1e9
            ? value
            : throw new BadRequestException($"{knob.Path} is '{knob.Value}'; it must be a number from 0 to 1000000000");
}
