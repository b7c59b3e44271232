using System.Collections.Immutable;

namespace Actors.Definitions;

/// <summary>What a step (or its undo) does.</summary>
public abstract record StepAction
{
    private StepAction()
    {
    }

    /// <summary>Calls a C# handler registered under a name.</summary>
    /// <param name="Name">Name it was registered under.</param>
    public sealed record Handler(string Name) : StepAction;

    /// <summary>Sends an HTTP request; header <c>Idempotency-Key</c> carries the step's stable key.</summary>
    public sealed record Http : StepAction
    {
        /// <summary>How the value of a header begins that names a secret.</summary>
        public const string SecretPrefix = "secret:";

        /// <summary><c>GET</c>, <c>POST</c>, <c>PUT</c>, <c>PATCH</c> or <c>DELETE</c>.</summary>
        public required string Method { get; init; }

        /// <summary>
        /// Absolute URL, or <c>service/path</c>; with placeholders, whose values are percent-encoded.
        /// </summary>
        public required string Url { get; init; }

        /// <summary>
        /// Header values, with placeholders; <c>secret:NAME</c> is read from configuration. What a placeholder gives
        /// never names a secret: where it would, the step fails.
        /// </summary>
        public ImmutableSortedDictionary<string, string> Headers { get; init; } =
            ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

        /// <summary>Body, sent as application/json; null: none for get and delete, else the step's input.</summary>
        public Template? Body { get; init; }

        /// <summary>Status codes that are success, and no others; empty: 200 to 299.</summary>
        public ImmutableArray<int> Success { get; init; } = [];

        /// <summary>
        /// Status codes that are transient, and no others; empty: 408, 425, 429 and 500 to 599. What is neither success
        /// nor transient is permanent.
        /// </summary>
        public ImmutableArray<int> Transient { get; init; } = [];

        /// <summary>
        /// Template of the result over <c>$.response.{status,headers,body}</c>, where names of headers are in lower
        /// case; null: the body. A body that is not JSON is a string. Of an undo it is not looked at.
        /// </summary>
        public Template? Response { get; init; }

        /// <summary>
        /// Largest response body. Default: 10 MiB. A larger one is not retried; if the status was a success, the step
        /// is undone like one whose outcome is unknown.
        /// </summary>
        public long ResponseBytesMax { get; init; } = 10 * 1024 * 1024;
    }

    /// <summary>Waits. Durable: it survives restarts, and is never early.</summary>
    /// <param name="Duration">A duration as it is written in files, or a JSONPath to one.</param>
    public sealed record Delay(string Duration) : StepAction;

    /// <summary>
    /// Waits for a signal; its payload is the result. A signal that came before the wait is taken at once.
    /// </summary>
    /// <param name="Signal">Name of the signal.</param>
    public sealed record Wait(string Signal) : StepAction;

    /// <summary>Publishes an event to subscribers, at least once.</summary>
    /// <param name="Event">Name of the event.</param>
    /// <param name="Data">Its data; null: the step's input.</param>
    public sealed record Emit(string Event, Template? Data) : StepAction;

    /// <summary>Calls an operation of a shared entity; recorded there exactly once per step.</summary>
    /// <param name="Type">Entity type.</param>
    /// <param name="Id">Which one; may hold placeholders or be a path.</param>
    /// <param name="Operation">Name of the operation.</param>
    public sealed record Entity(string Type, string Id, string Operation) : StepAction;

    /// <summary>Starts another process and waits for its output; cancelled with its parent.</summary>
    /// <param name="Process">Name of the process.</param>
    /// <param name="Id">Id of the child, may hold placeholders; null: derived from parent and step.</param>
    public sealed record Child(string Process, string? Id) : StepAction;

    /// <summary>Pretends: takes a while and may fail. For analysis and for recorded workloads.</summary>
    /// <param name="Duration">Mean duration.</param>
    /// <param name="Distribution">Default: fixed.</param>
    /// <param name="FailureRate">Share of attempts that fail transiently. Range: 0 to 1. Default: 0.</param>
    public sealed record Simulate(
        TimeSpan Duration, DurationDistribution Distribution, double FailureRate) : StepAction;
}

/// <summary>How a simulated duration is drawn.</summary>
public enum DurationDistribution
{
    /// <summary>Always the mean.</summary>
    Fixed = 1,

    /// <summary>Uniform from 0.5 to 1.5 times the mean.</summary>
    Uniform = 2,

    /// <summary>Exponential with that mean.</summary>
    Exponential = 3,
}
