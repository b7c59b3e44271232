using Actors.Cli.Commands;
using Actors.Cli.Files;
using Actors.Cli.Following;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Definitions;

namespace Actors.Cli.Remote;

/// <summary>One run of a process file on a silo: deployed, started, followed to its end.</summary>
internal sealed class RemoteRun(CliHost host, RunSettings settings, IActorsClient client)
{
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(10);

    private readonly Screen _progress = host.Progress(settings.Json);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        var map = Source.Read(Source.ProcessFile(settings.Path)).MapOrThrow();
        var input = await InputText.ReadAsync(settings.Input, "input", host.Input, host.Interrupted);
        await DeployedEngine.OpenAsync(client, settings.Url!, [map], host.Interrupted);
        var started = await client.StartAsync(
            new StartRequest(map.Process, input)
            {
                Key = settings.Key,
                Tenant = settings.Tenant ?? Names.DefaultTenant,
            },
            host.Interrupted);
        Say(started, map);
        using var timer = settings.Timeout is { } t ? new CancellationTokenSource(t, host.Time) : null;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(host.Interrupted, timer?.Token ?? default);
        InvocationView view;
        try
        {
            var follower = new Follower(host, _progress, client);
            view = await follower.FollowAsync(started.Id, map, 0, both.Token);
            view = await follower.SettleAsync(view, SettleTimeout, both.Token);
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            return await BreakOffAsync(started.Id);
        }

        if (settings.Json) host.Out.WriteRaw(JsonText.Of(InvocationReport.Of(view)));
        else EndText.Write(host.Out, view, host.Time.GetUtcNow());
        return view.Status == InvocationStatus.Completed ? ExitCode.Done : ExitCode.Failed;
    }

    private void Say(StartResult started, StepMap map)
    {
        if (!started.Created)
        {
            _progress.Write(
                $"'{started.Id}' is in the silo already, {Words.Of(started.Status)}: this run joins it", Tone.Warn);
        }
        else if (!_progress.Form.IsInteractive)
        {
            _progress.Write(Line.Of(started.Id.ToString(), Tone.Strong).Add($"  started at {settings.Url}"));
        }

        if (map.Steps.FirstOrDefault(step => step.Action is StepAction.Wait) is not { } step) return;
        _progress.Write(
            $"note: step '{step.Name}' waits for a signal; send it with: actors signal {started.Id} " +
            $"{((StepAction.Wait)step.Action).Signal} --url {settings.Url}", Tone.Warn);
    }

    private async Task<int> BreakOffAsync(InvocationId id)
    {
        var view = await client.GetAsync(id, CancellationToken.None);
        if (settings.Json) host.Out.WriteRaw(JsonText.Of(InvocationReport.Of(view)));
        var isInterrupted = host.Interrupted.IsCancellationRequested;
        var why = isInterrupted ? "interrupted" : $"not ended within {Durations.Format(settings.Timeout!.Value)}";
        host.Error.Write(
            $"{why}: '{id}' goes on in the silo. See it with: actors watch {id} --url {settings.Url}", Tone.Warn);
        return isInterrupted ? ExitCode.Interrupted : ExitCode.Failed;
    }
}
