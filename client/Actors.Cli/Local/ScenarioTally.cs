using Actors.Cli.Scenarios;

namespace Actors.Cli.Local;

/// <summary>How far a scenario has come: what is left to say when it is broken off.</summary>
internal sealed class ScenarioTally(Scenario scenario)
{
    private readonly List<CaseResult> _ended = [];
    private InvocationId? _running;
    private InvocationView? _view;

    /// <summary>Whether a case has begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Cases that have ended.</summary>
    public int Ended => _ended.Count;

    /// <summary>Takes note of what happened.</summary>
    public void Note(ScenarioProgress progress)
    {
        switch (progress)
        {
            case ScenarioProgress.CaseBegins:
                (HasBegun, _running) = (true, null);
                break;
            case ScenarioProgress.CaseStarted { Started: var started }:
                _running = started.Id;
                break;
            case ScenarioProgress.CaseEnded { Result: var result }:
                _ended.Add(result);
                break;
        }
    }

    /// <summary>Reads the state of the case that runs, while there is somebody to ask.</summary>
    public async Task LookAsync(IActorsClient client)
    {
        if (Ended < scenario.Cases.Length && _running is { } id)
            _view = await client.GetAsync(id, CancellationToken.None);
    }

    /// <summary>All cases, as far as they came.</summary>
    /// <param name="why">Why the others did not end: <c>the run was interrupted</c>.</param>
    public IEnumerable<CaseResult> Cases(string why)
    {
        foreach (var result in _ended) yield return result;
        for (var i = Ended; i < scenario.Cases.Length; i++)
        {
            yield return i == Ended && HasBegun
                ? new CaseResult(scenario.Cases[i], _view, [$"it had not ended when {why}"])
                : new CaseResult(scenario.Cases[i], null, ["it was not run"]);
        }
    }
}
