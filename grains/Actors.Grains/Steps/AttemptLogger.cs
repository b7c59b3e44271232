using System.Collections;
using System.Globalization;
using Actors.Grains.Work;
using Microsoft.Extensions.Logging;

namespace Actors.Grains.Steps;

/// <summary>
/// Logs within the scope of one attempt. The scope is open only while a line is written: one that stayed open would
/// have to be closed on the asynchronous flow that opened it, which is the handler's.
/// </summary>
internal sealed class AttemptLogger(ILogger inner, WorkItem item, string step, int attempt)
    : ILogger, IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 5;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Invocation", item.Key.Invocation.ToString()),
        1 => new("Step", item.Key.Item < 0 ? step : FailureRules.StepText(step, item.Key.Item)),
        2 => new("Attempt", attempt),
        3 => new("IsUndo", item.Key.IsUndo),
        4 => new("Correlation", item.CorrelationId),
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "not a position in the scope"),
    };

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel)) return;
        using (inner.BeginScope<IReadOnlyList<KeyValuePair<string, object?>>>(this))
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Key.Invocation} {this[1].Value} attempt {attempt} ({item.CorrelationId})");
}
