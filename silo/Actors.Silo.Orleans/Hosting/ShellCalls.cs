using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>Calls grains wherever they are.</summary>
internal sealed class ShellCalls(IGrainFactory grains, TimeProvider time)
{
    private const int TriesMax = 5;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Tells a grain what became of its attempt until it has heard it, up to five times. An outcome that nobody hears
    /// would be missed only when the attempt is overdue: so long a silo that dies may not hold up those that live, as
    /// it does when it was the one to say where a grain is.
    /// </summary>
    public async Task SettleAsync(StepOutcome outcome, ClusterLog log)
    {
        var key = outcome.Key.Invocation.Key;
        var envelope = MessageCodec.Write(outcome);
        for (var tried = 1; ; tried++)
        {
            try
            {
                await Shell.Of(grains, key).SettleAsync(envelope);
                return;
            }
            catch (Exception e) when (WireFailures.IsLoss(e))
            {
                if (tried < TriesMax) await Task.Delay(RetryPause * tried, time);
                else
                {
                    log.NotSettled(key, e);
                    return;
                }
            }
        }
    }

    /// <summary>
    /// Sends a request until there is an answer. What may be repeated is sent up to five times where the answer is
    /// lost; of everything else it is then not known whether it was carried out.
    /// </summary>
    /// <exception cref="UnavailableException">The answer was lost.</exception>
    public async ValueTask<GrainReply> CallAsync(GrainKey to, GrainMessage request, CancellationToken cancellationToken)
    {
        var envelope = MessageCodec.Write(request);
        var shell = Shell.Of(grains, to);
        for (var tried = 1; ; tried++)
        {
            try
            {
                var reply = await shell.CallAsync(envelope).WaitAsync(cancellationToken);
                if (!reply.IsPending) return MessageCodec.ReadReply<GrainReply>(reply);
                tried = 0;
                continue;
            }
            // A cancellation that the caller has not asked for is that of a silo which stops.
            catch (Exception e) when (WireFailures.IsLoss(e, cancellationToken))
            {
                if (request is not IRepeatable || tried >= TriesMax) throw WireFailures.ToUnavailable(to, e);
            }

            await Task.Delay(RetryPause * tried, time, cancellationToken);
        }
    }
}
