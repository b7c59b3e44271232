using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Actors.Core.Definitions;
using Actors.Core.Invocations;
using Actors.Core.Journaling;
using Actors.Core.Processes;
using Actors.Grains.Invocations;
using Actors.Journal;

namespace Actors.Grains.Tests.Audit;

/// <summary>A store whose histories are made by hand: first right, then spoilt.</summary>
internal sealed class MadeStore : IStoreInspection
{
    public static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, CompiledProcess> _definitions = new(StringComparer.Ordinal);

    public List<string> Faults { get; } = [];

    public Dictionary<GrainKey, MadeJournal> Journals { get; } = [];

    public Dictionary<PayloadHash, ReadOnlyMemory<byte>> Payloads { get; } = [];

    /// <summary>Runs commands on an invocation of a process, and keeps what came of each as a record.</summary>
    public MadeJournal Run(string yaml, params InvocationCommand[] commands)
    {
        var map = ProcessFile.Read(yaml, "made.yaml").MapOrThrow();
        var json = StepMapJson.Write(map);
        var hash = PayloadHash.Of(Encoding.UTF8.GetBytes(json));
        Payloads[hash] = Encoding.UTF8.GetBytes(json);
        _definitions[hash.Hex] = CompiledProcess.Compile(map, hash.Hex);
        var id = new InvocationId(Names.DefaultTenant, map.Process, $"i{Journals.Count}");
        var journal = new MadeJournal(id, h => _definitions[h]);
        journal.Do(new InvocationCommand.Start(
            Noon, hash.Hex, Payload.FromJson("{}"), "c", StartPolicy.Attach, null, null));
        foreach (var command in commands) journal.Do(command);
        Journals[id.Key] = journal;
        return journal;
    }

    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<string>>(Faults);

    public async IAsyncEnumerable<GrainKey> KeysAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var key in Journals.Keys) yield return key;
        await Task.CompletedTask;
    }

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default)
    {
        var journal = Journals[key];
        if (journal.Damage is { } damage) throw new StoreCorruptException(damage);
        var records = journal.Encode();
        return ValueTask.FromResult(new JournalPage(
            records[^1].LastSequence,
            records[^1].Epoch,
            afterSequence is null ? journal.Snapshot : null,
            [.. records.Where(r => r.LastSequence > (afterSequence ?? 0))]));
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) => Payloads.TryGetValue(hash, out var bytes)
        ? ValueTask.FromResult(bytes)
        : throw new StoreCorruptException($"The payload {hash} is missing in the store.");

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Journals[key].Shown is { } shown ? new ProjectionRow(key, shown) : null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The history of one invocation.</summary>
internal sealed class MadeJournal(InvocationId id, Func<string, CompiledProcess> definitions)
{
    private readonly InvocationMachine _machine = new(id, definitions);

    /// <summary>Events, batch by batch.</summary>
    public List<List<InvocationEvent>> Records { get; } = [];

    public Projection? Shown { get; set; }

    public JournalSnapshot? Snapshot { get; set; }

    public string? Damage { get; set; }

    public Func<ImmutableArray<JournalRecord>, ImmutableArray<JournalRecord>> Spoil { get; set; } = static r => r;

    public InvocationState State => _machine.State;

    public void Do(InvocationCommand command)
    {
        List<InvocationEvent> events = [];
        if (_machine.Handle(command, events) is { } refusal) throw new InvalidOperationException(refusal.Message);
        if (events.Count > 0) Records.Add(events);
        Shown = InvocationProjection.Of(State);
    }

    /// <summary>Takes the first event of a kind out.</summary>
    public void Remove<T>(Predicate<T>? which = null)
        where T : InvocationEvent
    {
        var record = Records.Find(r => r.Exists(e => e is T t && which?.Invoke(t) is not false))!;
        record.RemoveAt(record.FindIndex(e => e is T t && which?.Invoke(t) is not false));
        if (record.Count == 0) Records.Remove(record);
    }

    /// <summary>Puts another event in the place of the first one of a kind.</summary>
    public void Replace<T>(Func<T, InvocationEvent> with)
        where T : InvocationEvent
    {
        var record = Records.Find(r => r.Exists(e => e is T))!;
        var at = record.FindIndex(e => e is T);
        record[at] = with((T)record[at]);
    }

    public ImmutableArray<JournalRecord> Encode()
    {
        using var writer = new EventWriter();
        var records = ImmutableArray.CreateBuilder<JournalRecord>();
        long sequence = 0;
        foreach (var batch in Records)
        {
            foreach (var e in batch) writer.Add(e);
            var (bytes, count, _) = writer.Take();
            records.Add(new JournalRecord(sequence + 1, count, 1, MadeStore.Noon, bytes));
            sequence += count;
        }

        return Spoil(records.ToImmutable());
    }
}
