using Microsoft.Extensions.Logging;

namespace Actors.Storage.Postgres.Opening;

/// <summary>
/// Takes a store; waits, where that is asked for, until its owner gives it back, is gone, or lets its lease end.
/// </summary>
internal sealed class Standby(
    Database database, PostgresJournalOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Absence _absence = new(options.Lease, time);
    private string? _told;

    /// <summary>Takes it.</summary>
    /// <returns>The epoch.</returns>
    /// <exception cref="Journal.StoreOpenException">Another process owns it, still.</exception>
    public async Task<long> TakeAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var isOver = options.StandbyMax != Timeout.InfiniteTimeSpan
                && time.GetElapsedTime(since) >= options.StandbyMax;
            try
            {
                if (await TryTakeAsync(isOver, cancellationToken) is { } epoch) return epoch;
            }
            catch (Exception e) when (Failures.IsAway(e) && _told is not null && !isOver)
            {
                // A standby outlives the server: the owner does, too.
                _absence.Forget();
                database.Forget();
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<long?> TryTakeAsync(bool isOver, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        // Looking disturbs nobody; taking stops the owner's commits for a moment.
        var owner = await Ownership.FindAsync(connection, options.Shared, cancellationToken);
        if (owner is null || _absence.IsOver(owner.Value))
        {
            return await Ownership.TryTakeAsync(
                connection, owner, options.Lease, options.Shared, cancellationToken);
        }

        // One that is gone is waited for, for a moment, also by who does not want to stand by.
        if (isOver && owner.Value.IsPresent)
            throw Ownership.InUse(database.Place, owner.Value, options.Shared);
        if (!isOver) Tell(owner.Value);
        return null;
    }

    private void Tell(Owner owner)
    {
        if (_told == owner.Holder) return;
        _told = owner.Holder;
        PostgresJournalLog.Standby(logger, database.Place, owner.Holder);
        options.OnStandby?.Invoke(owner.Holder);
    }
}
