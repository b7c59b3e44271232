using System.Text.Json;
using Actors.Journal;
using Actors.Tests.Shared;

namespace Actors.Simulation.Mutants;

/// <summary>A store with one fault.</summary>
internal sealed class MutantStore(Mutant mutant, IJournalStore inner) : DelegatingStore(inner)
{
    private const int EachNth = 5;

    // The kinds of events are frozen numbers; this one is the success of a step.
    private const int SkippedKind = 3;

    private int _appends;

    private bool IsNth => ++_appends % EachNth == 0;

    public override async ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default)
    {
        switch (mutant)
        {
            case Mutant.NoFence: return await ForceAsync(append, cancellationToken);
            case Mutant.TakesFailedFlushAsDone: return await BelieveAsync(append, cancellationToken);
            case Mutant.AcknowledgesBeforeFlush:
                _ = BelieveAsync(append, cancellationToken);
                return AppendResult.Appended;
            case Mutant.LosesAppends when append.Key.Kind == GrainKind.Invocation && IsNth:
                return AppendResult.Appended;
            case Mutant.AppendsTwice when append.Key.Kind == GrainKind.Invocation && IsNth:
                await Inner.AppendAsync(append, cancellationToken);
                var next = append with { ExpectedSequence = append.ExpectedSequence + append.EventCount };
                return await Inner.AppendAsync(next, cancellationToken);
            case Mutant.TearsAppends when append is { Key.Kind: GrainKind.Invocation, EventCount: > 1 }:
                return await Inner.AppendAsync(WithoutLast(append), cancellationToken);
            case Mutant.ForgetsProjection when append.ExpectedSequence > 0:
                return await Inner.AppendAsync(append with { Projection = null }, cancellationToken);
            case Mutant.ForgetsWakeUp when append.Projection is { } shown:
                var untimed = shown with { WakeAt = null };
                return await Inner.AppendAsync(append with { Projection = untimed }, cancellationToken);
            case Mutant.ForgetsResume when append.Projection is { } shown:
                var ended = shown with { Resume = false };
                return await Inner.AppendAsync(append with { Projection = ended }, cancellationToken);
            default: return await Inner.AppendAsync(append, cancellationToken);
        }
    }

    public override async ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default)
    {
        var page = await Inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);
        if (key.Kind != GrainKind.Invocation || page.Records.Count < 2) return page;
        return mutant switch
        {
            Mutant.ReadsOldHistory => page with
            {
                HeadSequence = page.Records[^2].LastSequence,
                Records = [.. page.Records.SkipLast(1)],
            },
            Mutant.SkipsUnknownEvent => page with { Records = [.. page.Records.Select(WithoutKind)] },
            _ => page,
        };
    }

    public override ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        mutant == Mutant.LosesDueTimers ? new([]) : Inner.DueAsync(until, countMax, cancellationToken);

    public override ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        mutant == Mutant.LosesUnfinishedWork ? new([]) : Inner.ResumableAsync(after, countMax, cancellationToken);

    private async ValueTask<AppendResult> ForceAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var result = await Inner.AppendAsync(append, cancellationToken);
        if (result == AppendResult.Appended) return result;
        var head = await Inner.ReadAsync(append.Key, cancellationToken: cancellationToken);
        return await Inner.AppendAsync(
            append with { ExpectedSequence = head.HeadSequence, Epoch = Math.Max(head.HeadEpoch, append.Epoch) },
            cancellationToken);
    }

    private async Task<AppendResult> BelieveAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        try
        {
            return await Inner.AppendAsync(append, cancellationToken);
        }
        catch (StoreException)
        {
            return AppendResult.Appended;
        }
    }

    private static JournalAppend WithoutLast(JournalAppend append)
    {
        using var events = JsonDocument.Parse(append.Events);
        return append with
        {
            Events = Write(events.RootElement.EnumerateArray().SkipLast(1)), EventCount = append.EventCount - 1,
        };
    }

    private static JournalRecord WithoutKind(JournalRecord record)
    {
        using var events = JsonDocument.Parse(record.Events);
        return record with
        {
            Events = Write(events.RootElement.EnumerateArray().Where(e => e[0].GetInt32() != SkippedKind)),
        };
    }

    private static byte[] Write(IEnumerable<JsonElement> events) =>
        System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', events.Select(e => e.GetRawText()))}]");
}
