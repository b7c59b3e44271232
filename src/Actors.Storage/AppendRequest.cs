using System.Threading.Tasks.Sources;
using Actors.Journal;

namespace Actors.Storage;

/// <summary>
/// An append on its way through the writer, and the promise its caller awaits. Pooled: it goes back when the caller has
/// taken the result.
/// </summary>
internal sealed class AppendRequest(RequestPool pool) : IValueTaskSource<AppendResult>
{
    // Asynchronously: the writer must never run a caller's code.
    private ManualResetValueTaskSourceCore<AppendResult> _core = new() { RunContinuationsAsynchronously = true };

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

    public void Complete() => _core.SetResult(Verdict);

    public void Fail(Exception exception) => _core.SetException(exception);

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
