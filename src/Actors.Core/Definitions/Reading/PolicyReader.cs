using System.Globalization;
using Actors.Definitions;

namespace Actors.Core.Definitions.Reading;

/// <summary>Reads what is common to all steps and has a form of its own: join, retry, timeout, limit.</summary>
internal static class PolicyReader
{
    public static JoinPolicy ReadJoin(MappingReader step)
    {
        const string forms = "all, any, { quorum: 2 } or { deadline: 5s, atLeast: 9 }";
        switch (step.Node("join"))
        {
            case null or ScalarNode { Kind: ScalarKind.Text, Text: "all" }:
                return JoinPolicy.All.Instance;
            case ScalarNode { Kind: ScalarKind.Text, Text: "any" }:
                return JoinPolicy.Any.Instance;
            case MappingNode mapping:
                var join = step.Below("join", mapping);
                if (join.Has("quorum") == join.Has("deadline"))
                {
                    step.Wrong("join", forms);
                }
                else if (join.Has("quorum"))
                {
                    join.RefuseUnknown(["quorum"]);
                    if (join.Integer("quorum") is { } count) return new JoinPolicy.Quorum(count);
                }
                else
                {
                    join.RefuseUnknown(["deadline", "atLeast"]);
                    if (!join.Has("atLeast")) join.Missing("atLeast", "the fewest successes to go on with");
                    if (join.Duration("deadline") is { } after && join.Integer("atLeast") is { } atLeast)
                        return new JoinPolicy.Deadline(after, atLeast);
                }

                return JoinPolicy.All.Instance;
            default:
                step.Wrong("join", forms);
                return JoinPolicy.All.Instance;
        }
    }

    /// <summary>Reads a retry policy; keys it does not have come from the defaults.</summary>
    public static RetryPolicy ReadRetry(MappingReader owner, RetryPolicy defaults)
    {
        const string forms = "none, or a mapping of attempts, first, factor, max, jitter, on";
        switch (owner.Node("retry"))
        {
            case null:
                return defaults;
            case ScalarNode { Kind: ScalarKind.Text, Text: "none" }:
                return RetryPolicies.None;
            case MappingNode mapping:
                var retry = owner.Below("retry", mapping);
                retry.RefuseUnknown(["attempts", "first", "factor", "max", "jitter", "on"]);
                return new RetryPolicy(
                    retry.Integer("attempts") ?? defaults.AttemptsMax,
                    retry.Duration("first") ?? defaults.FirstDelay,
                    retry.Number("factor") ?? defaults.Factor,
                    retry.Duration("max") ?? defaults.MaxDelay,
                    retry.Flag("jitter") ?? defaults.Jitter,
                    retry.Has("on") ? retry.Texts("on", "a list of failure types") : defaults.On);
            default:
                owner.Wrong("retry", forms);
                return defaults;
        }
    }

    public static StepTimeouts ReadTimeout(MappingReader owner)
    {
        switch (owner.Node("timeout"))
        {
            case null:
                return new StepTimeouts(null, null);
            case MappingNode mapping:
                var timeout = owner.Below("timeout", mapping);
                timeout.RefuseUnknown(["attempt", "step"]);
                return new StepTimeouts(timeout.Duration("attempt"), timeout.Duration("step"));
            default:
                return new StepTimeouts(owner.Duration("timeout"), null);
        }
    }

    public static StepLimit? ReadLimit(MappingReader step)
    {
        switch (step.Node("limit"))
        {
            case null:
                return null;
            case MappingNode mapping:
                var limit = step.Below("limit", mapping);
                limit.RefuseUnknown(["concurrency", "rate", "queue"]);
                var (queue, concurrency, rate) =
                    (limit.Text("queue", "the name of a queue"), limit.Integer("concurrency"), ReadRate(limit));
                // What could not be read has been reported; a limit of nothing would be a second error for one mistake.
                var isUnreadable = queue is null && concurrency is null && rate is null && limit.Fields.Count > 0;
                return isUnreadable ? null : new StepLimit(queue, concurrency, rate);
            default:
                const string forms =
                    "a whole number (how many attempts run at once), or a mapping of concurrency, rate, queue";
                return step.Integer("limit", forms) is { } count
                    ? new StepLimit(null, count, null)
                    : null;
        }
    }

    private static double? ReadRate(MappingReader limit)
    {
        if (limit.Node("rate") is not { } node) return null;
        if (node is ScalarNode { Kind: ScalarKind.Text } scalar && Rates.TryParse(scalar.Text, out var perSecond))
            return perSecond;
        limit.Wrong("rate", Rates.Forms);
        return null;
    }
}

/// <summary>Retry policies that the file has a word for.</summary>
internal static class RetryPolicies
{
    /// <summary>The file's <c>none</c>: one attempt.</summary>
    public static RetryPolicy None { get; } = RetryPolicy.Default with { AttemptsMax = 1 };
}

/// <summary>Rates as people write them: <c>10/s</c>, <c>90/m</c>, <c>1000/h</c>.</summary>
internal static class Rates
{
    public const string Forms = "a rate such as 10/s, 90/m or 1000/h";

    public static bool TryParse(ReadOnlySpan<char> text, out double perSecond)
    {
        perSecond = 0;
        var seconds = text switch
        {
            [.., '/', 's'] => 1,
            [.., '/', 'm'] => 60,
            [.., '/', 'h'] => 3600,
            _ => 0,
        };
        if (seconds == 0) return false;
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text[..^2], style, CultureInfo.InvariantCulture, out var count)) return false;
        perSecond = count / seconds;
        return double.IsFinite(perSecond);
    }

    public static string Format(double perSecond) => perSecond.ToString("R", CultureInfo.InvariantCulture) + "/s";
}
