using System.Diagnostics;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Storage.Sqlite;
using Actors.Tests.Shared;

namespace Actors.Benchmarks.Measuring;

/// <summary>Counts appends, and takes their time if asked to; everything else goes through.</summary>
internal sealed class CountingStore(IJournalStore inner, bool isTimed) : DelegatingStore(inner)
{
    private long _appends;
    private long _ticks;

    public long Appends => Interlocked.Read(ref _appends);

    /// <summary>Transactions of the store; of one that has none, appends.</summary>
    public long Commits => Inner switch
    {
        SqliteJournalStore sqlite => sqlite.Commits,
        PostgresJournalStore postgres => postgres.Commits,
        _ => Appends,
    };

    /// <summary>From call to result, of all appends together; zero if nobody asked for it.</summary>
    public TimeSpan AppendTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks));

    public override ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _appends);
        return isTimed ? TimeAsync(append, cancellationToken) : base.AppendAsync(append, cancellationToken);
    }

    private async ValueTask<AppendResult> TimeAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp();
        var result = await base.AppendAsync(append, cancellationToken);
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - from);
        return result;
    }
}

/// <summary>What the store can do alone: the limit that every figure stands beside.</summary>
internal static class StoreProbe
{
    private static readonly byte[] Event =
        System.Text.Encoding.UTF8.GetBytes("[[3,\"step\",123456,1,\"" + new string('x', 170) + "\"]]");

    /// <summary>
    /// Median commit time of one client alone, in milliseconds: one event for a journal that is there, on the client's
    /// own thread where the store can do that.
    /// </summary>
    public static async Task<double> CommitMsAsync(IJournalStore store, TimeSpan duration)
    {
        var times = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(begun) < duration; i++)
        {
            var from = Stopwatch.GetTimestamp();
            await AppendAsync(store, $"probe-{i / 10}", i % 10, mayBlock: true);
            times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>Appends per second of 64 clients.</summary>
    public static async Task<double> GroupCommitPerSecondAsync(IJournalStore store, TimeSpan duration)
    {
        var load = await Load.RunAsync(
            64, duration, (c, i) => AppendAsync(store, $"group-{c}-{i / 10}", i % 10, false));
        return load.PerSecond;
    }

    private static async Task AppendAsync(IJournalStore store, string id, long sequence, bool mayBlock)
    {
        var key = new GrainKey(GrainKind.Entity, Names.DefaultTenant, "probe", id);
        await store.AppendAsync(new JournalAppend(
            key, store.OwnerEpoch, sequence, Event, 1, DateTimeOffset.UtcNow, MayBlock: mayBlock));
    }
}
