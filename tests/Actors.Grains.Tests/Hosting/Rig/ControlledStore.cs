using System.Collections.Concurrent;
using Actors.Journal;
using Actors.Storage.Memory;

namespace Actors.Grains.Tests.Hosting.Rig;

/// <summary>A store in memory whose appends and reads a test can hold back, fail and count.</summary>
internal sealed class ControlledStore(MemoryJournalStore inner) : IJournalStore
{
    private readonly ConcurrentQueue<Func<JournalAppend, ValueTask<AppendResult>?>> _answers = new();
    private readonly ConcurrentQueue<Exception> _readFaults = new();
    private readonly Lock _lock = new();
    private readonly List<HeldAppend> _held = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private long _appends;
    private long _reads;
    private bool _holds;

    public ControlledStore() : this(new MemoryJournalStore())
    {
    }

    public MemoryJournalStore Inner => inner;

    public long Appends => Interlocked.Read(ref _appends);

    public long Reads => Interlocked.Read(ref _reads);

    public long OwnerEpoch => inner.OwnerEpoch;

    public StoreHealth Health => inner.Health;

    public Func<JournalAppend, ValueTask<AppendResult>>? OnAppend { get; set; }

    public Func<GrainKey, Task>? BeforeRead { get; set; }

    public Func<Task>? BeforeScan { get; set; }

    /// <summary>From now on appends wait for <see cref="ReleaseAll"/> or <see cref="HeldAppend.Release"/>.</summary>
    public void Hold()
    {
        lock (_lock) _holds = true;
    }

    public void ReleaseAll()
    {
        HeldAppend[] held;
        lock (_lock)
        {
            _holds = false;
            held = [.. _held];
            _held.Clear();
        }

        foreach (var append in held) append.Release();
    }

    /// <summary>Completes as soon as so many appends wait; gives them.</summary>
    public async Task<HeldAppend[]> WhenHeldAsync(int count = 1)
    {
        Task reached;
        lock (_lock)
        {
            if (_held.Count >= count) return [.. _held];
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, source));
            reached = source.Task;
        }

        await reached;
        lock (_lock) return [.. _held];
    }

    public void AnswerNextAppend(Func<JournalAppend, ValueTask<AppendResult>?> answer) => _answers.Enqueue(answer);

    public void FailNextRead(Exception exception) => _readFaults.Enqueue(exception);

    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _appends);
        if (OnAppend is { } own) return own(append);
        if (_answers.TryDequeue(out var answer) && answer(append) is { } answered) return answered;
        return TryHold(append) is { } held
            ? new ValueTask<AppendResult>(held.Task)
            : inner.AppendAsync(append, cancellationToken);
    }

    public async ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        if (BeforeRead is { } before) await before(key);
        if (_readFaults.TryDequeue(out var fault)) throw fault;
        return await inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        inner.ReadPayloadAsync(hash, cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        inner.FindAsync(key, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        inner.ListAsync(filter, cancellationToken);

    public async ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default)
    {
        if (BeforeScan is { } before) await before();
        return await inner.DueAsync(until, countMax, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default)
    {
        if (BeforeScan is { } before) await before();
        return await inner.ResumableAsync(after, countMax, cancellationToken);
    }

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        inner.PurgeAsync(endedBefore, countMax, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private HeldAppend? TryHold(JournalAppend append)
    {
        lock (_lock)
        {
            if (!_holds) return null;
            var held = new HeldAppend(this, append);
            _held.Add(held);
            foreach (var (_, reached) in _waiters.Where(w => w.Count <= _held.Count)) reached.TrySetResult();
            _waiters.RemoveAll(w => w.Count <= _held.Count);
            return held;
        }
    }

    /// <summary>An append that waits for the test.</summary>
    internal sealed class HeldAppend(ControlledStore store, JournalAppend append)
    {
        private readonly TaskCompletionSource<AppendResult> _done =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public JournalAppend Append => append;

        public Task<AppendResult> Task => _done.Task;

        public void Release()
        {
            Forget();
            var result = store.Inner.AppendAsync(append);
            if (result.IsCompletedSuccessfully) _done.TrySetResult(result.Result);
            else _done.TrySetException(result.AsTask().Exception!.InnerException!);
        }

        public void Fail(Exception exception)
        {
            Forget();
            _done.TrySetException(exception);
        }

        public void Refuse(AppendResult result)
        {
            Forget();
            _done.TrySetResult(result);
        }

        private void Forget()
        {
            lock (store._lock) store._held.Remove(this);
        }
    }
}
