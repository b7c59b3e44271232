using System.Globalization;
using System.Text.Json;
using Actors.Core.Definitions.Reading;
using Actors.Definitions;

namespace Actors.Core.Definitions.Canonical;

/// <summary>Writes join, retry, timeout and limit.</summary>
internal static class PolicyWriter
{
    public static void WriteRetry(Utf8JsonWriter json, RetryPolicy retry)
    {
        json.WriteStartObject("retry");
        json.WriteNumber("attempts", retry.AttemptsMax);
        json.WriteString("first", Durations.Format(retry.FirstDelay));
        WriteNumber(json, "factor", retry.Factor);
        json.WriteString("max", Durations.Format(retry.MaxDelay));
        json.WriteBoolean("jitter", retry.Jitter);
        MapWriter.WriteTexts(json, "on", retry.On);
        json.WriteEndObject();
    }

    public static void WriteJoin(Utf8JsonWriter json, JoinPolicy join)
    {
        switch (join)
        {
            case JoinPolicy.All:
                break;
            case JoinPolicy.Any:
                json.WriteString("join", "any");
                break;
            case JoinPolicy.Quorum quorum:
                json.WriteStartObject("join");
                json.WriteNumber("quorum", quorum.Count);
                json.WriteEndObject();
                break;
            case JoinPolicy.Deadline deadline:
                json.WriteStartObject("join");
                json.WriteString("deadline", Durations.Format(deadline.After));
                json.WriteNumber("atLeast", deadline.AtLeast);
                json.WriteEndObject();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(join), join, "not a join policy");
        }
    }

    public static void WriteTimeout(Utf8JsonWriter json, StepTimeouts timeout)
    {
        if (timeout is { Attempt: null, Step: null }) return;
        json.WriteStartObject("timeout");
        if (timeout.Attempt is { } attempt) json.WriteString("attempt", Durations.Format(attempt));
        if (timeout.Step is { } step) json.WriteString("step", Durations.Format(step));
        json.WriteEndObject();
    }

    public static void WriteLimit(Utf8JsonWriter json, StepLimit? limit)
    {
        if (limit is null) return;
        json.WriteStartObject("limit");
        if (limit.Concurrency is { } concurrency) json.WriteNumber("concurrency", concurrency);
        if (limit.PerSecond is { } perSecond) json.WriteString("rate", Rates.Format(perSecond));
        if (limit.Queue is { } queue) json.WriteString("queue", queue);
        json.WriteEndObject();
    }

    public static void WriteNumber(Utf8JsonWriter json, string key, double value)
    {
        json.WritePropertyName(key);
        if (!CanonicalNumber.TryNormalize(value.ToString("R", CultureInfo.InvariantCulture), out var number))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"'{key}' is not a number that JSON can hold");
        json.WriteRawValue(number, skipInputValidation: true);
    }
}
