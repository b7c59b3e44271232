using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Actors.Cli.Scenarios;

/// <summary>One run of one case.</summary>
internal sealed class CaseRun(
    ScenarioCase scenarioCase, IActorsClient client, ScenarioRequests requests, TimeProvider time,
    string tenant)
{
    private ImmutableArray<string> _problems = [];

    /// <summary>How it ended, once <see cref="RunAsync"/> has.</summary>
    public CaseResult Result { get; private set; } = new(scenarioCase, null, ["it was not run"]);

    /// <summary>Sends the requests, starts, signals, watches to the end or the timeout, and compares.</summary>
    public async IAsyncEnumerable<ScenarioProgress> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(scenarioCase.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        StartResult? started = null;
        await TryAsync(async () => started = await StartAsync(both.Token), cancellationToken);
        if (started is null)
        {
            Result = new CaseResult(scenarioCase, null, _problems);
            yield break;
        }

        yield return new ScenarioProgress.CaseStarted(scenarioCase, started);
        await using (var events = client.WatchAsync(started.Id, 0, both.Token).GetAsyncEnumerator(both.Token))
        {
            var goesOn = true;
            while (goesOn)
            {
                goesOn = false;
                await TryAsync(async () => goesOn = await events.MoveNextAsync(), cancellationToken);
                if (goesOn) yield return new ScenarioProgress.CaseEvent(scenarioCase, events.Current);
            }
        }

        InvocationView? view = null;
        await TryAsync(async () => view = await client.GetAsync(started.Id, cancellationToken), cancellationToken);
        var mismatches = view is null || !_problems.IsEmpty
            ? _problems
            : Expectations.Mismatches(scenarioCase.Expect, view);
        Result = new CaseResult(scenarioCase, view, mismatches);
    }

    private async Task<StartResult> StartAsync(CancellationToken cancellationToken)
    {
        foreach (var request in scenarioCase.Before) await requests.SendAsync(request, cancellationToken);
        var start = new StartRequest(scenarioCase.Process, scenarioCase.Input)
        {
            Key = scenarioCase.Key,
            Tenant = tenant,
        };
        var started = await client.StartAsync(start, cancellationToken);
        for (var i = 0; i < scenarioCase.Signals.Length; i++)
        {
            // An invocation that was joined, not started, has had its signals: the id makes them count once.
            var signal = scenarioCase.Signals[i];
            await client.SignalAsync(started.Id, signal.Name, signal.Payload, $"scenario-{i}", cancellationToken);
        }

        return started;
    }

    private async Task TryAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _problems = _problems.Add($"it did not end within {Durations.Format(scenarioCase.Timeout)}");
        }
        catch (ActorsException e)
        {
            _problems = _problems.Add(e.Message);
        }
    }
}
