using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Actors.Storage.Tests.Sqlite;

/// <summary>Lets a test await what the store logs.</summary>
internal sealed class EventLogger : ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _events = [];

    /// <summary>Ends when the event was logged, or a minute later with an error.</summary>
    public Task LoggedAsync(int eventId) => Source(eventId).Task.WaitAsync(TimeSpan.FromMinutes(1));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Source(eventId.Id).TrySetResult();

    private TaskCompletionSource Source(int eventId) =>
        _events.GetOrAdd(eventId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
