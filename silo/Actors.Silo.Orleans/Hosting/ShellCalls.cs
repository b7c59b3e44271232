using Actors.Grains.Hosting;
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
            catch (Exception e) when (WireFailures.IsLoss(e))
            {
                if (request is not IRepeatable || tried >= TriesMax) throw WireFailures.ToUnavailable(to, e);
            }

            await Task.Delay(RetryPause * tried, time, cancellationToken);
        }
    }
}
