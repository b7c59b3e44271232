using System.Collections.Concurrent;
using Actors.Grains.Steps;
using Actors.Grains.Work;
using Actors.Tests;
using Microsoft.Extensions.Logging;

namespace Actors.Steps.Tests;

/// <summary>A worker with a manual clock and a log that can be read.</summary>
internal sealed class StepRig : IDisposable
{
    private StepWorker? _worker;

    public ManualTimeProvider Clock { get; } = new();

    public HandlerRegistry Handlers { get; } = new();

    public LogBook Log { get; } = new();

    public StepWorkerOptions Options { get; init; } = new();

    public Func<StepWorkerPorts, StepWorkerPorts> Ports { get; init; } = p => p;

    public StepWorker Worker => _worker ??= new StepWorker(
        Options, Ports(new StepWorkerPorts { Handlers = Handlers, Time = Clock, LoggerFactory = Log }));

    public static WorkItem Item(WorkAction action, string input = "null", int attempt = 1,
        params string[] permanent) => new(
        new WorkKey(new InvocationId("orders", "o-1"), 1, "charge", -1, false, attempt),
        action, Payload.FromJson(input), "orders/o-1/charge", "c-1", TimeSpan.FromSeconds(10), [.. permanent]);

    public static WorkItem Call(string handler, string input = "null", params string[] permanent) =>
        Item(new WorkAction.Handler(handler), input, permanent: permanent);

    public static WorkItem Undo(WorkItem item) => item with { Key = item.Key with { IsUndo = true } };

    public async Task<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken = default) =>
        await Worker.RunAsync(item, cancellationToken);

    public void Dispose() => _worker?.Dispose();
}

/// <summary>Keeps log lines with the scope they were written in.</summary>
internal sealed class LogBook : ILoggerFactory
{
    public ConcurrentQueue<LogLine> Lines { get; } = new();

    public TaskCompletionSource<LogLine> OrphanEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text => string.Join('\n', Lines.Select(l => $"{l.Message} {l.Exception} {l.Scope}"));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    public sealed record LogLine(LogLevel Level, int Event, string Message, Exception? Exception, string? Scope);

    private sealed class Logger(LogBook book) : ILogger
    {
        private readonly AsyncLocal<string?> _scope = new();

        public IDisposable BeginScope<TState>(TState state) where TState : notnull
        {
            var values = (IEnumerable<KeyValuePair<string, object?>>)state;
            _scope.Value = string.Join(", ", values.Select(v => $"{v.Key}={v.Value}")) + $" | {state}";
            return new ScopeEnd(() => _scope.Value = null);
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var line = new LogLine(logLevel, eventId.Id, formatter(state, exception), exception, _scope.Value);
            book.Lines.Enqueue(line);
            if (line.Message.Contains("after it had been abandoned", StringComparison.Ordinal))
                book.OrphanEnded.TrySetResult(line);
        }
    }

    private sealed class ScopeEnd(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
