using System.Diagnostics;

namespace Actors.Grains.Steps;

/// <summary>One span per attempt, where somebody listens to the activity source <c>Actors</c>.</summary>
internal static class StepTelemetry
{
    /// <summary>Name of the activity source.</summary>
    public const string SourceName = "Actors";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the attempt's span and makes it current; the answer is what was current before.</summary>
    public static Activity? Begin(RunningAttempt attempt)
    {
        if (!Source.HasListeners()) return null;
        var outer = Activity.Current;
        var parent = ActivityContext.TryParse(attempt.Work.TraceParent, null, isRemote: true, out var remote)
            ? remote
            : default;
        var span = Source.StartActivity(attempt.IsUndo ? "undo" : "step", ActivityKind.Internal, parent);
        if (span is null) return outer;
        span.DisplayName = $"{(attempt.IsUndo ? "undo" : "step")} {attempt.Step}";
        span.SetTag("actors.tenant", attempt.InvocationId.Tenant);
        span.SetTag("actors.process", attempt.InvocationId.Process);
        span.SetTag("actors.invocation", attempt.InvocationId.Id);
        span.SetTag("actors.step", attempt.Step);
        if (attempt.Item is { } item) span.SetTag("actors.item", item);
        span.SetTag("actors.attempt", attempt.Attempt);
        span.SetTag("actors.correlation", attempt.CorrelationId);
        attempt.Activity = span;
        return outer;
    }

    /// <summary>Ends the attempt's span; a second end changes nothing.</summary>
    public static void End(RunningAttempt attempt, Failure? failure)
    {
        if (attempt.Activity is not { IsStopped: false } span) return;
        if (failure is not null)
        {
            span.SetTag("error.type", failure.Type);
            span.SetStatus(ActivityStatusCode.Error, failure.Message);
        }

        var outer = Activity.Current;
        span.Stop();
        // Stop makes the span's parent current on this flow, which is not the one that started it.
        Activity.Current = ReferenceEquals(outer, span) ? span.Parent : outer;
    }
}
