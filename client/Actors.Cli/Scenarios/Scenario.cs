using System.Collections.Immutable;

namespace Actors.Cli.Scenarios;

/// <summary>A folder that runs: services to start, cases to run, and what to show afterwards.</summary>
/// <param name="Name">Name of the scenario.</param>
/// <param name="Description">For people; null: none.</param>
/// <param name="Processes">Process files, relative to the folder; empty: every other YAML or JSON file in it.</param>
/// <param name="Services">Started before the first case and stopped after the last.</param>
/// <param name="Cases">Run one after the other.</param>
/// <param name="Reports">Read and shown after the last case.</param>
internal sealed record Scenario(
    string Name,
    string? Description,
    ImmutableArray<string> Processes,
    ImmutableArray<ScenarioService> Services,
    ImmutableArray<ScenarioCase> Cases,
    ImmutableArray<ScenarioReport> Reports);

/// <summary>A service that processes call: a child process on a free port of the loopback address.</summary>
/// <param name="Name">The name under which processes call it.</param>
/// <param name="Project">.NET project to run, relative to the folder; null: <paramref name="Command"/>.</param>
/// <param name="Command">Program and arguments; empty: <paramref name="Project"/>.</param>
/// <param name="Arguments">Further arguments; <c>{data}</c> and <c>{port}</c> are filled in, as in the command.</param>
/// <param name="Environment">Environment variables on top of the inherited ones.</param>
/// <param name="ReadyPath">Path that answers 2xx once it is ready; null: the line <c>listening on URL</c>.</param>
/// <param name="StartTimeout">How long it may take. Default: 30 seconds; building is not part of it.</param>
internal sealed record ScenarioService(
    string Name,
    string? Project,
    ImmutableArray<string> Command,
    ImmutableArray<string> Arguments,
    ImmutableSortedDictionary<string, string> Environment,
    string? ReadyPath,
    TimeSpan StartTimeout)
{
    /// <summary>Stands for the folder the run may keep files in.</summary>
    public const string DataPlaceholder = "{data}";

    /// <summary>Stands for a free port, for programs that do not understand <c>--urls</c>.</summary>
    public const string PortPlaceholder = "{port}";

    /// <summary>Whether the port is handed to it rather than told by it.</summary>
    public bool TakesPort => Command.Concat(Arguments).Concat(Environment.Values)
        .Any(text => text.Contains(PortPlaceholder, StringComparison.Ordinal));
}

/// <summary>One invocation and how it is meant to end.</summary>
/// <param name="Name">For people.</param>
/// <param name="Process">Name of the process.</param>
/// <param name="Input">Its input.</param>
/// <param name="Key">Idempotency key; null: by the process's own <c>key</c>, or a fresh one.</param>
/// <param name="Before">Requests sent before it starts, in order.</param>
/// <param name="Signals">Sent once it has started, in order; the engine keeps them until they are waited for.</param>
/// <param name="Expect">How it is meant to end.</param>
/// <param name="Timeout">How long it may take. Default: 1 minute.</param>
internal sealed record ScenarioCase(
    string Name,
    string Process,
    Payload Input,
    string? Key,
    ImmutableArray<ScenarioRequest> Before,
    ImmutableArray<ScenarioSignal> Signals,
    ScenarioExpectation Expect,
    TimeSpan Timeout)
{
    /// <summary>Line of its process in the file; 0: none.</summary>
    public int ProcessLine { get; init; }
}

/// <summary>A request to a service; any answer but 2xx fails the case.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Target"><c>service/path</c>.</param>
/// <param name="Body">JSON; null: none.</param>
internal sealed record ScenarioRequest(string Method, string Target, Payload? Body);

/// <summary>A signal.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Payload">What it carries.</param>
internal sealed record ScenarioSignal(string Name, Payload Payload);

/// <summary>How a case is meant to end. What is null or empty is not looked at.</summary>
/// <param name="Status">Status of the invocation.</param>
/// <param name="Failure">Type of its failure.</param>
/// <param name="Output">Values its output has; it may have others.</param>
/// <param name="Steps">States its steps are in, by name.</param>
internal sealed record ScenarioExpectation(
    InvocationStatus Status,
    string? Failure,
    Payload? Output,
    ImmutableSortedDictionary<string, StepExpectation> Steps);

/// <summary>The state a step is meant to be in.</summary>
/// <param name="Status">Status; null: any.</param>
/// <param name="Attempts">Attempts it took; null: any number.</param>
internal sealed record StepExpectation(StepStatus? Status, int? Attempts);

/// <summary>A JSON document of a service, shown as a table.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Target"><c>service/path</c> to GET.</param>
/// <param name="Rows">Field of the document that holds the rows; null: the document itself.</param>
/// <param name="Columns">Fields to show, in order; empty: all.</param>
/// <param name="Expect">Values the document has; it may have others. Null: any.</param>
internal sealed record ScenarioReport(
    string Title, string Target, string? Rows, ImmutableArray<string> Columns, Payload? Expect);
