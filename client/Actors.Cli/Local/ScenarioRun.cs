using System.Collections.Immutable;
using System.Globalization;
using Actors.Cli.Commands;
using Actors.Cli.Files;
using Actors.Cli.Following;
using Actors.Cli.Hosting;
using Actors.Cli.Remote;
using Actors.Cli.Rendering;
using Actors.Cli.Scenarios;
using Actors.Storage.Postgres;

namespace Actors.Cli.Local;

/// <summary>One run of a scenario: services, cases, reports.</summary>
/// <param name="host">Screens and clock.</param>
/// <param name="settings">What was asked for.</param>
/// <param name="silo">The silo that runs its processes; null: this process does.</param>
internal sealed class ScenarioRun(CliHost host, RunSettings settings, IActorsClient? silo = null)
{
    private readonly Screen _progress = host.Progress(settings.Json);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string folder)
    {
        if (settings.Input is not null || settings.Key is not null)
        {
            throw new RefusedException(
                $"'{folder}' is a scenario, whose cases have their own inputs and keys; leave --input and --key out, " +
                "or name its process file", "scenario-input");
        }

        var source = Source.ReadScenario(folder);
        if (silo is null)
        {
            foreach (var map in source.Processes) Runnable.Check(map);
            if (settings.Store is null)
            {
                var errors = ScenarioFile.UnknownProcesses(
                    source.Scenario, Path.Combine(folder, ScenarioFile.Name), source.Processes);
                if (!errors.IsEmpty) throw new DefinitionException(errors);
                Runnable.CheckChildren(source.Processes, [.. source.Processes.Select(map => map.Process)]);
            }
        }

        var started = host.Time.GetTimestamp();
        using var timer = settings.Timeout is { } t ? new CancellationTokenSource(t, host.Time) : null;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(host.Interrupted, timer?.Token ?? default);
        if (settings.Store is { } named && PostgresJournalOptions.Names(named))
        {
            throw new RefusedException(
                "a scenario keeps what its services remember beside the store: name a file with --store",
                "scenario-store");
        }

        using var place = new StorePlace(settings.Store);
        var (tally, tenant) = (new ScenarioTally(source.Scenario), TenantOf());
        try
        {
            return await RunAsync(source, place, tally, tenant, started, both.Token);
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            return Unfinished(source, place, tally, tenant);
        }
    }

    private async Task<int> RunAsync(
        ScenarioSource source, StorePlace place, ScenarioTally tally, string tenant, long started,
        CancellationToken cancellationToken)
    {
        Head(source, tenant);
        // Beside the store: what services remember belongs to what the invocations remember.
        var data = place.Path + ".data";
        await using var services = await ScenarioServices.StartAsync(
            source.Scenario, source.Folder, data, text => _progress.Write(text, Tone.Faint), host.Time,
            cancellationToken, Places(source));
        var urls = services.Urls;
        await using var engine = silo is null
            ? await host.Engines.StartAsync(
                new LocalEngineSettings(source.Processes, place.Path, urls, settings.TimeScale, settings.Workers),
                cancellationToken)
            : await DeployedEngine.OpenAsync(silo, settings.Url!, source.Processes, cancellationToken);
        await using var notices = new StoreNotices(host, _progress, engine, place.Path);
        await Runnable.CheckChildrenAsync(source.Processes, engine.Client, cancellationToken);
        using var http = new HttpClient();
        var runner = new ScenarioRunner(engine.Client, new ScenarioRequests(http, urls), host.Time, tenant);
        ScenarioProgress.Ended ended;
        try
        {
            ended = await ShowAsync(runner, source, tally, engine.Client, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await BreakOffAsync(place, tally, engine.Client);
            throw;
        }

        var took = host.Time.GetElapsedTime(started);
        _progress.Write();
        _progress.Write(ScenarioText.Summary(source.Scenario, ended, took, _progress.Signs));
        if (settings.Json) host.Out.WriteRaw(JsonText.Of(ScenarioReportJson.Of(source.Scenario, ended)));
        return ended.AsExpected ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task BreakOffAsync(StorePlace place, ScenarioTally tally, IActorsClient client)
    {
        await tally.LookAsync(client);
        // What a silo runs is in the silo's store.
        place.IsKept = silo is null && tally.HasBegun;
        if (host.Interrupted.IsCancellationRequested && place.IsKept) host.Error.Write(place.StoppingText, Tone.Warn);
    }

    private int Unfinished(ScenarioSource source, StorePlace place, ScenarioTally tally, string tenant)
    {
        var interrupted = host.Interrupted.IsCancellationRequested;
        var time = settings.Timeout is { } timeout ? Durations.Format(timeout) : "";
        var why = interrupted ? "interrupted" : $"not ended within {time}";
        if (settings.Json)
        {
            var cases = tally.Cases(interrupted ? "the run was interrupted" : $"the run had taken {time}");
            host.Out.WriteRaw(JsonText.Of(ScenarioReportJson.Unfinished(source.Scenario, cases)));
        }

        var count = $"{tally.Ended} of {Words.Count(source.Scenario.Cases.Length, "case")} ended";
        var text = !tally.HasBegun ? $"{why} before any case began"
            : silo is null ? $"{why}: {count}; nothing is lost. {GoOn(source, place)}"
            : $"{why}: {count}; what was started goes on in the silo. See it with: actors list --tenant {tenant} " +
            $"--url {settings.Url}";
        host.Error.Write(text, Tone.Warn);
        return interrupted ? ExitCode.Interrupted : ExitCode.Failed;
    }

    // By its key a case joins what the store has of it, which the engine takes up by itself.
    private string GoOn(ScenarioSource source, StorePlace place)
    {
        var isKeyed = source.Scenario.Cases.All(one => one.Key is not null || source.Processes.Any(
            map => map.Process == one.Process && map.Key is not null));
        return (isKeyed ? "" : "Cases with a key go on; a case without a key begins anew, beside what it began. ") +
            $"Go on with: {place.CommandFor(settings.Path)}";
    }

    private ImmutableSortedDictionary<string, Uri>? Places(ScenarioSource source) => silo is null
        ? null
        : DeployedEngine.AddressesOf(source.Scenario.Services.Select(service => service.Name), source.Processes);

    // What a silo ran before under the same keys would be joined, beside services that remember nothing of it.
    private string TenantOf() => settings.Tenant ?? (silo is null
        ? Names.DefaultTenant
        : $"run-{host.Time.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture)}");

    private void Head(ScenarioSource source, string tenant)
    {
        var where = silo is null ? "" : $"  at {settings.Url}, tenant {tenant}";
        _progress.Write(Line.Of($"scenario {source.Scenario.Name}", Tone.Strong)
            .Add($"  {Words.Count(source.Scenario.Cases.Length, "case")}{where}", Tone.Faint));
        if (source.Scenario.Description is { } description) _progress.Write(description);
    }

    private async Task<ScenarioProgress.Ended> ShowAsync(
        ScenarioRunner runner, ScenarioSource source, ScenarioTally tally, IActorsClient client,
        CancellationToken cancellationToken)
    {
        await using var all = runner.RunAsync(source.Scenario, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await all.MoveNextAsync())
        {
            tally.Note(all.Current);
            if (all.Current is ScenarioProgress.CaseStarted started && _progress.Form.IsInteractive)
            {
                // The element behind the last event of the case is left for the switch.
                await new LiveTable(_progress, client, host.Time).ShowAsync(
                    started.Started.Id,
                    async () => await all.MoveNextAsync() && all.Current is ScenarioProgress.CaseEvent,
                    cancellationToken);
                tally.Note(all.Current);
            }

            switch (all.Current)
            {
                case ScenarioProgress.CaseBegins begins:
                    _progress.Write();
                    _progress.Write(ScenarioText.Heading(begins));
                    break;
                case ScenarioProgress.CaseEnded { Result: var result }:
                    Show(result);
                    break;
                case ScenarioProgress.ReportRead { Result: var report }:
                    _progress.Write();
                    _progress.Write(ScenarioText.Report(report, _progress.Signs));
                    break;
                case ScenarioProgress.Ended ended:
                    return ended;
            }
        }

        throw new InvalidOperationException("a scenario ends with its results");
    }

    private void Show(CaseResult result)
    {
        if (result.View is { } view)
        {
            _progress.Write(InvocationText.Head(view).Add("  ").Add(InvocationText.Status(view)));
            _progress.Write(Timeline.Of(view, host.Time.GetUtcNow(), _progress));
            _progress.Write(InvocationText.Failure(view));
            _progress.Write(InvocationText.Output(view));
        }

        _progress.Write(ScenarioText.Verdict(result, _progress.Signs));
    }
}
