using Microsoft.Extensions.Logging;

namespace Actors.Storage.Postgres.Opening;

/// <summary>Takes a store; waits, where that is asked for, until its owner gives it back or is gone.</summary>
internal static class Standby
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(250);

    /// <summary>Takes it.</summary>
    /// <returns>The epoch.</returns>
    /// <exception cref="Journal.StoreOpenException">Another process owns it, still.</exception>
    public static async Task<long> TakeAsync(
        Database database, PostgresJournalOptions options, TimeProvider time, ILogger logger,
        CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var waits = false;
        while (true)
        {
            var isOver = options.StandbyMax != Timeout.InfiniteTimeSpan
                && time.GetElapsedTime(since) >= options.StandbyMax;
            try
            {
                await using var connection = await database.OpenAsync(cancellationToken);
                var (epoch, holder, left) = options.Shared
                    ? await Membership.TryJoinAsync(connection, Ownership.Holder(), options.Lease, cancellationToken)
                    : await Ownership.TryTakeAsync(connection, options.Lease, cancellationToken);
                if (holder is null) return epoch;
                if (isOver)
                {
                    throw options.Shared
                        ? Membership.NotShared(database.Place, holder, left)
                        : Ownership.InUse(database.Place, holder, left);
                }

                if (!waits) PostgresJournalLog.Standby(logger, database.Place, holder);
                waits = true;
            }
            catch (Exception e) when (Failures.IsAway(e) && waits && !isOver)
            {
                // A standby outlives the server: the owner does, too.
            }

            await Task.Delay(PauseMax, time, cancellationToken);
        }
    }
}
