using Actors.Journal;

namespace Actors.Storage;

/// <summary>Whether the writer takes appends, and what those get that it does not.</summary>
internal interface IWriterHealth
{
    /// <summary>What a new append gets; null: it is taken.</summary>
    Func<Exception>? Refusal();

    /// <summary>For whoever comes when the queue is closed.</summary>
    StoreStoppedException StoppedException();
}

/// <summary>Where callers come in who want something done by the one writer.</summary>
/// <param name="queue">To the writer.</param>
/// <param name="health">Whether it takes appends.</param>
/// <param name="requestsMax">Requests that are kept to be used again.</param>
/// <param name="appendBytesMax">Size of an append, at most.</param>
/// <param name="write">Does what the writer does with one append, on the thread of a caller that has borrowed it from
/// the queue.</param>
internal sealed class WriterEntrance(
    WriterQueue queue, IWriterHealth health, int requestsMax, long appendBytesMax, Action<AppendRequest> write)
{
    private readonly RequestPool _requests = new(requestsMax);

    /// <summary>Checks an append and puts it into the queue, or carries it out here.</summary>
    /// <param name="append">The append.</param>
    /// <param name="cancellationToken">Ends the wait for room; what is in the queue is carried out.</param>
    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<AppendResult>(cancellationToken);
        var bytes = AppendRules.Check(append, appendBytesMax);
        if (health.Refusal() is { } refusal) return ValueTask.FromException<AppendResult>(refusal());
        var request = _requests.Rent().Start(append, bytes);
        var task = request.Task;
        if (append.MayBlock && queue.TryBorrow())
        {
            WriteHere(request);
            return task;
        }

        if (queue.TryEnqueue(request, out var room)) return task;
        if (room is not null) return AppendWhenThereIsRoomAsync(request, room, cancellationToken);
        _requests.Return(request);
        return ValueTask.FromException<AppendResult>(health.StoppedException());
    }

    /// <summary>Purges in short transactions between those of the appends.</summary>
    /// <param name="hide">Takes away up to so many journals, and says how many.</param>
    /// <param name="reclaim">Removes some of what they have left; whether there is more.</param>
    /// <param name="countMax">How many journals at most.</param>
    /// <param name="cancellationToken">Leaves the rest to the next purge.</param>
    /// <returns>How many were taken away.</returns>
    public async ValueTask<int> PurgeAsync(
        Func<int, int> hide, Func<bool> reclaim, int countMax, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (removed < countMax)
        {
            var step = await OnWriterAsync(() => hide(countMax - removed), cancellationToken);
            if (step == 0) break;
            removed += step;
        }

        while (await OnWriterAsync(reclaim, cancellationToken))
        {
        }

        return removed;
    }

    private void WriteHere(AppendRequest request)
    {
        try
        {
            write(request);
        }
        finally
        {
            queue.GiveBack();
        }
    }

    private async ValueTask<AppendResult> AppendWhenThereIsRoomAsync(
        AppendRequest request, Task room, CancellationToken cancellationToken)
    {
        while (true)
        {
            await room.WaitAsync(cancellationToken);
            if (health.Refusal() is { } refusal) throw refusal();
            var task = request.Task;
            if (queue.TryEnqueue(request, out var next)) return await task;
            room = next ?? throw health.StoppedException();
        }
    }

    private async ValueTask<T> OnWriterAsync<T>(Func<T> step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (health.Refusal() is { } refusal) throw refusal();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = queue.TryEnqueue(() =>
        {
            try
            {
                done.SetResult(step());
            }
            catch (StoreException e)
            {
                done.SetException(e);
            }
        });
        if (!taken) throw health.StoppedException();
        return await done.Task;
    }
}
