using System.Threading.Tasks.Sources;
using Actors.Grains.Hosting;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// A caller that waits for an answer. Whoever completes it first wins: the grain, the caller's token, the host.
/// </summary>
internal sealed class PendingCall : PostponedReply, IValueTaskSource<GrainReply>
{
    private ManualResetValueTaskSourceCore<GrainReply> _core;
    private CancellationTokenRegistration _cancellation;
    private int _done;

    public PendingCall() => _core.RunContinuationsAsynchronously = true;

    /// <summary>For the sender of a one way message: there is nobody to answer.</summary>
    public static PendingCall OfNobody() => new() { _done = 1 };

    public override bool IsAbandoned => Volatile.Read(ref _done) != 0;

    public ValueTask<GrainReply> Start(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((PendingCall)state!).Fail(new OperationCanceledException(token)), this);
        return new ValueTask<GrainReply>(this, _core.Version);
    }

    public void Complete(GrainReply reply)
    {
        if (Interlocked.Exchange(ref _done, 1) == 0) _core.SetResult(reply);
    }

    public void Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _done, 1) == 0) _core.SetException(exception);
    }

    GrainReply IValueTaskSource<GrainReply>.GetResult(short token)
    {
        _cancellation.Unregister();
        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<GrainReply>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<GrainReply>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

/// <summary>A message on its way into a grain.</summary>
/// <param name="Message">The message.</param>
/// <param name="Call">Who waits for the answer; null: one way.</param>
internal readonly record struct Envelope(GrainMessage Message, PendingCall? Call);
