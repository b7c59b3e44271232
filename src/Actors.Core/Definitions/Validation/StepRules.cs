using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>Rules of one step that need no other step: names, ranges.</summary>
internal static class StepRules
{
    private const int AttemptsMax = 1_000_000;
    private const int ConcurrencyMax = 1_000_000;
    private const double PerSecondMax = 1_000_000;

    public static void Check(MapCheck check, int i)
    {
        var step = check.Map.Steps[i];
        if (!Names.IsName(step.Name)) check.Add("name", i, [], $"has a name that is none; {MapRules.NameRule}");
        if (step.Duration is { } duration && (duration < TimeSpan.Zero || duration > Durations.Max))
            check.Add("duration", i, ["duration"], "declares a duration that is not from 0 to 3650d");
        CheckRetry(step.Retry, (key, message) => check.Add("retry", i, ["retry", key], message));
        CheckTimeout(step.Timeout, (key, message) => check.Add("timeout", i, ["timeout", key], message));
        CheckLimit(check, i, step.Limit);
        CheckEach(check, i, step);
        CheckJoin(check, i, step);
        CheckSchema(check, i, "in", step.In);
        CheckSchema(check, i, "out", step.Out);
        CheckEntities(check, i, "reads", step.Reads.AsSpan());
        CheckEntities(check, i, "writes", step.Writes.AsSpan());
        MapRules.CheckLabels(step.Labels, (label, why) => check.Add("label", i, ["labels", label], why));
        foreach (var type in step.Permanent)
        {
            if (string.IsNullOrWhiteSpace(type))
            {
                check.Add("permanent", i, ["permanent"],
                    "lists an empty failure type as permanent; write a type such as InvalidCard, or a status code");
            }
        }
    }

    /// <returns>Whether there is nothing to say.</returns>
    public static bool CheckRetry(RetryPolicy retry, Action<string, string> add)
    {
        var isRight = true;
        if (retry.AttemptsMax is < 1 or > AttemptsMax)
            Add("attempts", $"makes {retry.AttemptsMax} attempts; from 1 (which is 'retry: none') to {AttemptsMax:N0}");
        if (retry.FirstDelay < TimeSpan.Zero || retry.FirstDelay > Durations.Max)
            Add("first", "waits before its second attempt for less than 0 or more than 3650d");
        if (!(retry.Factor >= 1 && retry.Factor <= 100))
            Add("factor", $"grows its delays by {retry.Factor}; from 1 to 100");
        if (retry.MaxDelay < retry.FirstDelay || retry.MaxDelay > Durations.Max)
            Add("max", "has a longest delay between attempts that is below the first or above 3650d");
        if (retry.On.Any(string.IsNullOrWhiteSpace)) Add("on", "lists an empty failure type to retry");
        return isRight;

        void Add(string key, string message)
        {
            isRight = false;
            add(key, message);
        }
    }

    /// <returns>Whether there is nothing to say.</returns>
    public static bool CheckTimeout(StepTimeouts timeout, Action<string, string> add)
    {
        var isRight = true;
        if (timeout.Attempt is { } attempt && !MapRules.IsDuration(attempt))
            Add("attempt", "has a timeout per attempt that is not above 0 and at most 3650d");
        if (timeout.Step is { } whole && !MapRules.IsDuration(whole))
            Add("step", "has a timeout that is not above 0 and at most 3650d");
        if (timeout is { Attempt: { } one, Step: { } all } && one > all)
        {
            Add("", $"gives one attempt {Text(one)}, but all of them together {Text(all)}; shorten the attempt's " +
                "timeout or lengthen the step's");
        }

        return isRight;

        void Add(string key, string message)
        {
            isRight = false;
            add(key, message);
        }
    }

    private static string Text(TimeSpan duration) =>
        duration >= TimeSpan.Zero && duration <= Durations.Max ? Durations.Format(duration) : duration.ToString();

    private static void CheckLimit(MapCheck check, int i, StepLimit? limit)
    {
        if (limit is null) return;
        if (limit is { Concurrency: null, PerSecond: null, Queue: null })
            check.Add("limit", i, ["limit"], "has a limit that limits nothing; give it concurrency, rate or queue");
        if (limit.Concurrency is < 1 or > ConcurrencyMax)
        {
            check.Add("limit", i, ["limit", "concurrency"],
                $"runs {limit.Concurrency} attempts at once; from 1 to {ConcurrencyMax:N0}");
        }

        if (limit.PerSecond is { } rate && !(rate > 0 && rate <= PerSecondMax))
            check.Add("limit", i, ["limit", "rate"], $"has a rate that is not above 0 and at most {PerSecondMax:N0}/s");
        if (limit.Queue is { } queue && !Names.IsName(queue))
            check.Add("name", i, ["limit", "queue"], $"names the queue '{queue}'; {MapRules.NameRule}");
    }

    private static void CheckEach(MapCheck check, int i, Step step)
    {
        if (step.Each?.Parallel is < 1 or > Each.ItemsMax)
        {
            check.Add("parallel", i, ["parallel"],
                $"runs {step.Each.Parallel} items at once; from 1 to {Each.ItemsMax:N0}");
        }
    }

    private static void CheckJoin(MapCheck check, int i, Step step)
    {
        if (step.Join is JoinPolicy.All) return;
        if (step.After.IsEmpty)
        {
            check.Add("join", i, ["join"],
                "says how to join its dependencies, but has none; add 'after', or remove 'join'");
            return;
        }

        // Of one mapped dependency it is the items that count, and how many there will be is not known yet.
        var isMapped = step.After.Length == 1 && check.Index.TryGetValue(step.After[0], out var only) &&
            check.Map.Steps[only].Each is not null;
        var most = isMapped ? Each.ItemsMax : step.After.Distinct(StringComparer.Ordinal).Count();
        switch (step.Join)
        {
            case JoinPolicy.Quorum quorum when quorum.Count < 1 || quorum.Count > most:
                check.Add("join", i, ["join", "quorum"],
                    $"waits for {quorum.Count} of its dependencies; from 1 to {most:N0}");
                break;
            case JoinPolicy.Deadline deadline:
                if (deadline.AtLeast < 0 || deadline.AtLeast > most)
                {
                    check.Add("join", i, ["join", "atLeast"],
                        $"goes on with {deadline.AtLeast} of its dependencies; from 0 to {most:N0}");
                }

                if (!MapRules.IsDuration(deadline.After))
                {
                    check.Add("join", i, ["join", "deadline"],
                        "joins at a deadline that is not above 0 and at most 3650d");
                }

                break;
        }
    }

    private static void CheckSchema(MapCheck check, int i, string key, string? schema)
    {
        if (schema is null) return;
        foreach (var error in Expressions.SchemaErrors(schema))
        {
            check.Add("schema", i, [key, .. error.Path],
                $"has a schema '{key}' that is not valid: {error.Pointer} {error.Message}", error.Suggestion);
        }
    }

    private static void CheckEntities(MapCheck check, int i, string key, ReadOnlySpan<string> entities)
    {
        foreach (var entity in entities)
        {
            var slash = entity.IndexOf('/', StringComparison.Ordinal);
            if (!Names.IsName(slash < 0 ? entity : entity[..slash]))
                check.Add("name", i, [key], $"{key} '{entity}'; write an entity type, or type/path");
        }
    }
}
