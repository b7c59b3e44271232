using System.Collections.Immutable;
using Actors.Cli.Commands;
using Actors.Cli.Files;
using Actors.Cli.Following;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Definitions;
using Actors.Journal;

namespace Actors.Cli.Local;

/// <summary>One run of a process file: a new invocation, or those that a store holds unfinished.</summary>
internal sealed class ProcessRun(CliHost host, RunSettings settings)
{
    private const string NothingStarted = "interrupted before anything was started";

    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(10);

    private readonly Screen _progress = host.Progress(settings.Json);
    private readonly List<InvocationView> _views = [];
    private string _file = settings.Path;

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        _file = Source.ProcessFile(settings.Path);
        var map = Source.Read(_file).MapOrThrow();
        Runnable.Check(map);
        if (settings.Store is null) Runnable.CheckChildren([map], [map.Process]);
        var input = await InputText.ReadAsync(settings.Input, "input", host.Input, host.Interrupted);
        using var place = new StorePlace(settings.Store);
        await using (var engine = await StartAsync(map, place.Path))
        {
            await using var notices = new StoreNotices(host, _progress, engine, place.Path);
            using var timer = settings.Timeout is { } t ? new CancellationTokenSource(t, host.Time) : null;
            using var both = CancellationTokenSource.CreateLinkedTokenSource(host.Interrupted, timer?.Token ?? default);
            try
            {
                await Runnable.CheckChildrenAsync([map], engine.Client, both.Token);
                var unfinished = await BeginAsync(engine.Client, map, input);
                await FollowAsync(engine.Client, map, unfinished, both.Token);
            }
            catch (StoreStoppedException e)
            {
                place.IsKept = true;
                throw new StoreStoppedException($"{e.Message} Then go on with: {place.CommandFor(_file)}", e);
            }
            catch (OperationCanceledException) when (both.IsCancellationRequested)
            {
                await BreakOffAsync(engine.Client, place);
            }
        }

        return End(place);
    }

    private Task<IRunEngine> StartAsync(StepMap map, string store) => host.Engines.StartAsync(
        new LocalEngineSettings(
            [map], store, ImmutableSortedDictionary<string, Uri>.Empty, settings.TimeScale, settings.Workers),
        host.Interrupted);

    // What is to be followed: whether it was found unfinished, rather than started.
    private async Task<bool> BeginAsync(IActorsClient client, StepMap map, Payload input)
    {
        var unfinished = await UnfinishedAsync(client, map, host.Interrupted);
        if (unfinished.IsEmpty)
        {
            var started = await client.StartAsync(
                new StartRequest(map.Process, input) { Key = settings.Key }, host.Interrupted);
            _views.Add(await client.GetAsync(started.Id, CancellationToken.None));
            // A live table has a head of its own.
            if (!_progress.Form.IsInteractive) _progress.Write(InvocationText.Head(_views[0]));
            SayWhatItCannotBeSent(map);
            if (!started.Created)
            {
                _progress.Write(
                    $"'{started.Id}' is in the store already, {Words.Of(started.Status)}: this run joins it",
                    Tone.Warn);
            }
        }
        else
        {
            _views.AddRange(unfinished);
            _progress.Write(Line.Of(
                $"takes up {Words.Count(unfinished.Length, "unfinished invocation")} of '{map.Process}' in " +
                $"{settings.Store}: {string.Join(", ", unfinished.Take(5).Select(view => view.InvocationId))}" +
                (unfinished.Length > 5 ? ", ..." : ""), Tone.Accent));
        }

        return !unfinished.IsEmpty;
    }

    private async Task FollowAsync(
        IActorsClient client, StepMap map, bool unfinished, CancellationToken cancellationToken)
    {
        var follower = new Follower(host, _progress, client);
        for (var i = 0; i < _views.Count; i++)
        {
            // Of one that is taken up, only what is new is told event by event.
            var after = unfinished ? _views[i].Sequence : 0;
            _views[i] = await follower.FollowAsync(_views[i].Id, map, after, cancellationToken);
            _views[i] = await follower.SettleAsync(_views[i], SettleTimeout, cancellationToken);
            if (!settings.Json) EndText.Write(host.Out, _views[i], host.Time.GetUtcNow());
        }
    }

    private void SayWhatItCannotBeSent(StepMap map)
    {
        if (map.Steps.FirstOrDefault(step => step.Action is StepAction.Wait) is not { } step) return;
        _progress.Write(
            $"note: step '{step.Name}' waits for signal '{((StepAction.Wait)step.Action).Signal}', which nobody can " +
            "send to a run in this process; host the process with 'actors serve' to send it", Tone.Warn);
    }

    private async Task<ImmutableArray<InvocationView>> UnfinishedAsync(
        IActorsClient client, StepMap map, CancellationToken cancellationToken)
    {
        if (settings is not { Store: not null, Input: null, Key: null }) return [];
        var found = new List<InvocationSummary>();
        InvocationStatus[] open =
        [
            InvocationStatus.Running, InvocationStatus.Waiting, InvocationStatus.Compensating, InvocationStatus.Paused,
        ];
        foreach (var status in open)
        {
            var filter = new InvocationFilter { Process = map.Process, Status = status, CountMax = 1000 };
            found.AddRange((await client.ListAsync(filter, cancellationToken)).Items);
        }

        var paused = found.Where(one => one.Status == InvocationStatus.Paused).ToList();
        foreach (var one in paused) _progress.Write(PausedText(one), Tone.Warn);
        found.RemoveAll(paused.Contains);
        if (found.Count == 0 && paused.Count > 0)
        {
            throw new RefusedException(
                $"all unfinished invocations of '{map.Process}' in {settings.Store} are paused; resume them, or " +
                "start a new one with --input", "paused");
        }

        var views = ImmutableArray.CreateBuilder<InvocationView>();
        // One that moved on between two lists is in both.
        var distinct = found.DistinctBy(one => one.InvocationId, StringComparer.Ordinal);
        foreach (var one in distinct.OrderBy(one => one.StartedAt))
        {
            views.Add(await client.GetAsync(
                new InvocationId(one.Tenant, one.Process, one.InvocationId), cancellationToken));
        }

        return views.ToImmutable();
    }

    private static string PausedText(InvocationSummary one) =>
        $"'{one.Process}/{one.InvocationId}' is paused and left as it is: serve the store with 'actors serve " +
        $"--store', then 'actors resume {one.Process}/{one.InvocationId}'";

    private async Task BreakOffAsync(IActorsClient client, StorePlace place)
    {
        for (var i = 0; i < _views.Count; i++)
            _views[i] = await client.GetAsync(_views[i].Id, CancellationToken.None);
        place.IsKept = _views.Exists(IsUnfinished);
        if (host.Interrupted.IsCancellationRequested && place.IsKept)
            host.Error.Write(place.StoppingText, Tone.Warn);
    }

    private int End(StorePlace place)
    {
        if (settings.Json) host.Out.WriteRaw(Report());
        var interrupted = host.Interrupted.IsCancellationRequested;
        if (_views.Count == 0)
        {
            host.Error.Write(NothingStarted, Tone.Warn);
            return ExitCode.Interrupted;
        }

        var unfinished = _views.Count(IsUnfinished);
        // The live table is gone by now; a pipe has a line for every event.
        if (unfinished > 0 && _progress.Form.IsInteractive)
        {
            foreach (var view in _views.Where(IsUnfinished)) EndText.Write(_progress, view, host.Time.GetUtcNow());
        }

        if (unfinished == 0)
            return _views.TrueForAll(v => v.Status == InvocationStatus.Completed) ? ExitCode.Done : ExitCode.Failed;

        var why = interrupted ? "interrupted" : $"not ended within {Durations.Format(settings.Timeout!.Value)}";
        host.Error.Write(
            $"{why}: {Words.Count(unfinished, "invocation")} unfinished; nothing is lost. Go on with: " +
            place.CommandFor(_file), Tone.Warn);
        return interrupted ? ExitCode.Interrupted : ExitCode.Failed;
    }

    private string Report() => _views switch
    {
        [] => JsonText.Of(ErrorReport.Interrupted(NothingStarted)),
        [var view] => JsonText.Of(InvocationReport.Of(view)),
        _ => JsonText.Of(new { Process = _views[0].Process, Invocations = _views.Select(InvocationReport.Of) }),
    };

    private static bool IsUnfinished(InvocationView view) => !view.HasEnded || view.Steps.Any(Follower.IsOnItsWay);
}
