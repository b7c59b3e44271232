using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Grains.Steps;

/// <summary>Bounds and settings of a <see cref="StepWorker"/>.</summary>
public sealed record StepWorkerOptions
{
    /// <summary>
    /// Largest result of one attempt, in bytes of JSON. A larger one is a failure <c>result-too-large</c>, which is not
    /// retried; the step is undone if it has an undo. Default: 16 MiB. Range: 1 KiB to 1 GiB.
    /// </summary>
    public int ResultBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// How long an attempt that was told to stop (timeout, cancellation) may take to do so. After that it is
    /// abandoned: its outcome is reported without it. What it answers within that time still counts. Default: 1
    /// second. Range: 0 to 1 minute.
    /// </summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// When a step whose handler this silo does not have is tried again at the earliest. Default: 30 seconds. Range: 0
    /// to 1 hour.
    /// </summary>
    public TimeSpan MissingHandlerRetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Factor on the time that simulated steps take: 0.001 runs them a thousand times faster, 0 without waiting.
    /// Timeouts are not scaled: above 1, steps need timeouts with room. Default: 1. Range: 0 to 1,000.
    /// </summary>
    public double SimulatedTimeScale { get; init; } = 1;

    /// <summary>
    /// Most open connections to one server; more requests wait for one. Default: 256. Range: 1 to 65,536.
    /// </summary>
    public int HttpConnectionsPerServerMax { get; init; } = 256;

    /// <summary>
    /// Longest time for a TCP and TLS connection to come up; more is a transient failure <c>connection</c>. Default:
    /// 10 seconds. Range: 1 millisecond to 5 minutes.
    /// </summary>
    public TimeSpan HttpConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Age at which a pooled connection is no longer reused, so that changes in DNS are seen. Default: 2 minutes.
    /// Range: 1 second to 1 day.
    /// </summary>
    public TimeSpan HttpConnectionLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names both.</exception>
    public void Validate()
    {
        Check(ResultBytesMax, 1024, 1 << 30, nameof(ResultBytesMax));
        Check(StopGrace, TimeSpan.Zero, TimeSpan.FromMinutes(1), nameof(StopGrace));
        Check(MissingHandlerRetryAfter, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(MissingHandlerRetryAfter));
        Check(SimulatedTimeScale, 0, 1000, nameof(SimulatedTimeScale));
        Check(HttpConnectionsPerServerMax, 1, 65_536, nameof(HttpConnectionsPerServerMax));
        Check(HttpConnectTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5), nameof(HttpConnectTimeout));
        Check(HttpConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(HttpConnectionLifetime));
    }

    private static void Check<T>(T value, T from, T to, string option) where T : IComparable<T>
    {
        if (value.CompareTo(from) >= 0 && value.CompareTo(to) <= 0) return;
        throw new ArgumentOutOfRangeException(
            option, value, $"{nameof(StepWorkerOptions)}.{option} is {value}; its range is {from} to {to}");
    }
}

/// <summary>
/// What a <see cref="StepWorker"/> works with. Everything has a default, so that a test names only what it needs.
/// </summary>
public sealed record StepWorkerPorts
{
    /// <summary>The handlers this silo has. Default: none.</summary>
    public HandlerRegistry Handlers { get; init; } = new();

    /// <summary>Makes handler classes and what they ask for. Default: an empty provider.</summary>
    public IServiceProvider Services { get; init; } = NoServices.Instance;

    /// <summary>The clock of timeouts, simulated steps and dates. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes the worker's logger and that of steps. Default: none.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Base addresses of services. Default: as declared.</summary>
    public IServiceEndpoints Endpoints { get; init; } = DeclaredEndpoints.Instance;

    /// <summary>Values of secrets. Default: none is known.</summary>
    public ISecrets Secrets { get; init; } = NoSecrets.Instance;

    /// <summary>Calls shared entities. Null: entity steps fail transiently.</summary>
    public IEntityCaller? Entities { get; init; }

    /// <summary>Who gets the events of emit steps, in this order. Default: nobody.</summary>
    public ImmutableArray<IEventSubscriber> Subscribers { get; init; } = [];

    /// <summary>
    /// Signals the token of an attempt that is to stop; what is registered with it must not run on the caller's stack.
    /// Default: it runs on the thread pool.
    /// </summary>
    public Func<CancellationTokenSource, Task> Cancel { get; init; } = static source => source.CancelAsync();

    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
