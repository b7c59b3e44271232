using Actors.Cli.Hosting;
using Actors.Cli.Rendering;

namespace Actors.Cli.Following;

/// <summary>Watches an invocation of a silo to its end, and says how it ended.</summary>
internal sealed class Watching(CliHost host, IActorsClient client)
{
    /// <summary>Watches it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(InvocationId id, bool json, CancellationToken cancellationToken)
    {
        InvocationView view;
        try
        {
            view = await new Follower(host, host.Progress(json), client).FollowAsync(id, null, 0, cancellationToken);
        }
        catch (OperationCanceledException) when (host.Interrupted.IsCancellationRequested)
        {
            host.Error.Write($"interrupted; '{id}' goes on in the silo. See it with: actors watch {id}", Tone.Warn);
            return ExitCode.Interrupted;
        }

        if (json) host.Out.WriteRaw(JsonText.Of(InvocationReport.Of(view)));
        else EndText.Write(host.Out, view, host.Time.GetUtcNow());
        return view.Status == InvocationStatus.Completed ? ExitCode.Done : ExitCode.Failed;
    }
}
