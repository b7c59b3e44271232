namespace Actors.Cli.Tests.Rendering;

/// <summary>Invocations to render.</summary>
internal static class Views
{
    public static DateTimeOffset Noon { get; } = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static InvocationView Of(InvocationStatus status, double durationMs, params StepView[] steps) => new()
    {
        InvocationId = "1",
        Process = "order",
        Version = 1,
        Status = status,
        CorrelationId = "c",
        StartedAt = Noon,
        EndedAt = status >= InvocationStatus.Completed ? Noon.AddMilliseconds(durationMs) : null,
        DurationMs = durationMs,
        Steps = steps,
    };

    public static StepView Step(
        string name, StepStatus status, double? from = null, double? to = null, int attempts = 1) =>
        new()
        {
            Name = name,
            Status = status,
            Attempts = from is null ? 0 : attempts,
            StartedAt = from is { } f ? Noon.AddMilliseconds(f) : null,
            EndedAt = to is { } t ? Noon.AddMilliseconds(t) : null,
            DurationMs = to - from,
        };
}
