using System.Threading.Tasks.Sources;
using Actors.Journal;

namespace Actors.Storage;

/// <summary>
/// An append on its way through the writer, and the promise its caller awaits. Pooled: it goes back when the caller has
/// taken the result.
/// </summary>
internal sealed class AppendRequest(RequestPool pool) : IValueTaskSource<AppendResult>, IThreadPoolWorkItem
{
    // So many that one thread tells them one after the other without keeping the last one waiting for long.
    private const int ToldTogetherMin = 8;

    private ManualResetValueTaskSourceCore<AppendResult> _core;
    private Func<Exception>? _failure;
    private AppendRequest? _next;

    /// <summary>What to append.</summary>
    public JournalAppend Append { get; private set; } = null!;

    /// <summary>Size of what is appended.</summary>
    public long Bytes { get; private set; }

    /// <summary>The writer's verdict, before it is durable and told.</summary>
    public AppendResult Verdict { get; set; }

    /// <summary>What the caller awaits.</summary>
    public ValueTask<AppendResult> Task => new(this, _core.Version);

    public AppendRequest Start(JournalAppend append, long bytes)
    {
        Append = append;
        Bytes = bytes;
        return this;
    }

    /// <summary>
    /// Tells all callers how their appends have ended: not on this thread, which is the writer's, and in groups,
    /// because waking a thread costs more than most callers have to do.
    /// </summary>
    /// <param name="requests">The appends.</param>
    /// <param name="failure">What to throw; null: each has its verdict.</param>
    public static void TellAll(List<AppendRequest> requests, Func<Exception>? failure)
    {
        var most = Math.Max(ToldTogetherMin, (requests.Count - 1) / Math.Max(1, Environment.ProcessorCount - 1) + 1);
        for (var begin = 0; begin < requests.Count; begin += most)
        {
            var end = Math.Min(requests.Count, begin + most);
            for (var i = begin; i < end; i++)
            {
                requests[i]._failure = failure;
                requests[i]._next = i + 1 < end ? requests[i + 1] : null;
            }

            ThreadPool.UnsafeQueueUserWorkItem(requests[begin], preferLocal: false);
        }
    }

    /// <summary>Tells the caller, on this thread.</summary>
    /// <param name="failure">What to throw; null: there is a verdict.</param>
    public void Tell(Func<Exception>? failure)
    {
        if (failure is null) _core.SetResult(Verdict);
        else _core.SetException(failure());
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var request = this; request is not null;)
        {
            // Once told it may be in use again.
            var (next, failure) = (request._next, request._failure);
            (request._next, request._failure) = (null, null);
            request.Tell(failure);
            request = next;
        }
    }

    AppendResult IValueTaskSource<AppendResult>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Append = null!;
            _core.Reset();
            pool.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AppendResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<AppendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

/// <summary>Requests to use again; keeps at most as many as the queue holds.</summary>
internal sealed class RequestPool(int countMax)
{
    private readonly Stack<AppendRequest> _free = new();
    private readonly Lock _lock = new();

    public AppendRequest Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var request)) return request;
        }

        return new AppendRequest(this);
    }

    public void Return(AppendRequest request)
    {
        lock (_lock)
        {
            if (_free.Count < countMax) _free.Push(request);
        }
    }
}
