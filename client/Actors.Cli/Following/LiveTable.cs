using Actors.Cli.Rendering;

namespace Actors.Cli.Following;

/// <summary>The steps of an invocation on a terminal, replaced while it goes on.</summary>
internal sealed class LiveTable(Screen screen, IActorsClient client, TimeProvider time)
{
    // Head, status, column heads, counts, and a line for the cursor.
    private const int OtherLines = 6;
    private const int RowsMin = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // A look costs what the process has steps: of many, it takes at most a tenth of the time.
    private const int RestPerLook = 9;

    /// <summary>Shows it while events come.</summary>
    /// <param name="id">Which invocation.</param>
    /// <param name="next">Waits for the next event; false: there is none any more.</param>
    /// <param name="cancellationToken">Ends it; <paramref name="next"/> has to end with it, too.</param>
    public Task ShowAsync(InvocationId id, Func<Task<bool>> next, CancellationToken cancellationToken) =>
        screen.LiveAsync(async update =>
        {
            var moved = next();
            try
            {
                var began = time.GetTimestamp();
                var view = await client.GetAsync(id, cancellationToken);
                while (true)
                {
                    update(Lines(view));
                    var rest = time.GetElapsedTime(began) * RestPerLook;
                    var (changed, tick) = (
                        false, Task.Delay(rest > Interval ? rest : Interval, time, cancellationToken));
                    while (await Task.WhenAny(moved, tick) == moved)
                    {
                        if (!await moved) return;
                        (changed, moved) = (true, next());
                    }

                    await tick;
                    began = time.GetTimestamp();
                    if (changed) view = await client.GetAsync(id, cancellationToken);
                }
            }
            finally
            {
                // Whoever owns the events may dispose them only when nobody waits for one.
                await moved.ContinueWith(_ => { }, TaskScheduler.Default);
            }
        });

    private List<Line> Lines(InvocationView view)
    {
        var now = time.GetUtcNow();
        var current = view.HasEnded
            ? view
            : view with { DurationMs = Math.Max(0, (now - view.StartedAt).TotalMilliseconds) };
        var rows = Math.Max(RowsMin, screen.Form.Height - OtherLines);
        var (head, status) = (InvocationText.Head(view), InvocationText.Status(current));
        var both = head.Add("  ").Add(status);
        Line[] top = both.Width <= screen.LiveWidth ? [both] : [head, status];
        return [.. top, .. Timeline.Of(view, now, screen, rows)];
    }
}
