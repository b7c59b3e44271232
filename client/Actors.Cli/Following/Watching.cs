using Actors.Cli.Hosting;
using Actors.Cli.Rendering;

namespace Actors.Cli.Following;

/// <summary>Watches an invocation of a silo to its end, and says how it ended.</summary>
internal sealed class Watching(CliHost host, IActorsClient client)
{
    /// <summary>Watches it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="silo">The option that names the silo, for the command that goes on; empty: none was given.</param>
    /// <param name="json">Prints its state as JSON, also if it has not ended.</param>
    /// <param name="cancellationToken">Ends the watching.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(InvocationId id, string silo, bool json, CancellationToken cancellationToken)
    {
        InvocationView view;
        try
        {
            view = await new Follower(host, host.Progress(json), client).FollowAsync(id, null, 0, cancellationToken);
        }
        catch (OperationCanceledException) when (host.Interrupted.IsCancellationRequested)
        {
            if (json)
                host.Out.WriteRaw(JsonText.Of(InvocationReport.Of(await client.GetAsync(id, CancellationToken.None))));
            host.Error.Write(
                $"interrupted; '{id}' goes on in the silo. See it with: actors watch {id}{silo}", Tone.Warn);
            return ExitCode.Interrupted;
        }

        if (json) host.Out.WriteRaw(JsonText.Of(InvocationReport.Of(view)));
        else EndText.Write(host.Out, view, host.Time.GetUtcNow());
        return view.Status == InvocationStatus.Completed ? ExitCode.Done : ExitCode.Failed;
    }
}
