using Actors.Core.Invocations;
using Actors.Grains.Registry;
using Actors.Journal;
using Actors.Storage.Sqlite;

namespace Actors.Silo.Embedded.Client;

/// <summary>
/// Reads the invocations of a store that no engine has open: nothing runs, no timer fires, nothing is changed. The
/// store is owned while it is read, so a silo can't be started on it meanwhile.
/// </summary>
public sealed class StoreBrowser : IAsyncDisposable
{
    private readonly IJournalStore _store;
    private readonly DefinitionCatalog _catalog;
    private readonly TimeProvider _time;

    /// <summary>Reads a store that is open already.</summary>
    /// <param name="store">The store; disposed with this.</param>
    /// <param name="time">For durations that go on.</param>
    public StoreBrowser(IJournalStore store, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        (_store, _time, _catalog) = (store, time, new DefinitionCatalog(store));
    }

    /// <summary>Opens a store's file, which has to exist.</summary>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="StoreOpenException">
    /// Another process has it open, it is of a newer format, or it is not a store.
    /// </exception>
    public static async Task<StoreBrowser> OpenAsync(
        string path, TimeProvider time, CancellationToken cancellationToken = default)
    {
        // Opening a file that is not there would make an empty store of it.
        if (!File.Exists(path)) throw new NotFoundException($"there is no store '{path}'");
        var options = new SqliteJournalOptions { Path = path };
        return new StoreBrowser(
            await SqliteJournalStore.OpenAsync(options, time, cancellationToken: cancellationToken), time);
    }

    /// <summary>Lists invocations, newest first.</summary>
    public async Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return InvocationLists.Of(await _store.ListAsync(InvocationLists.FilterOf(filter), cancellationToken));
    }

    /// <summary>Reads the state of an invocation, as it was when the store was last written to.</summary>
    /// <exception cref="NotFoundException">No such invocation.</exception>
    public async Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        InvocationViews.Of(await ReplayAsync(id, cancellationToken), _time.GetUtcNow());

    /// <summary>Reads events, oldest first.</summary>
    /// <param name="id">Which invocation.</param>
    /// <param name="after">Sequence of the last event known; 0 for all.</param>
    /// <param name="countMax">Size of the page; range 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="NotFoundException">No such invocation.</exception>
    public Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default) =>
        new HistoryReader(_store).ReadAsync(id, after, countMax, cancellationToken);

    /// <summary>Says what an invocation waits for.</summary>
    /// <exception cref="NotFoundException">No such invocation.</exception>
    public async Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        InvocationExplainer.Explain(await ReplayAsync(id, cancellationToken));

    /// <summary>Closes the store.</summary>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task<InvocationState> ReplayAsync(InvocationId id, CancellationToken cancellationToken)
    {
        InvocationMachine? machine = null;
        var page = await _store.ReadAsync(id.Key, cancellationToken: cancellationToken);
        if (page.HeadSequence == 0) throw new NotFoundException($"there is no invocation '{id}' in this store");
        if (page.Snapshot is { } snapshot)
        {
            foreach (var hash in InvocationSnapshot.Definitions(snapshot.State))
                await _catalog.GetAsync(hash, cancellationToken);
            machine = new InvocationMachine(InvocationSnapshot.Read(id, snapshot.State, Known), Known);
        }

        machine ??= new InvocationMachine(id, Known);
        while (true)
        {
            foreach (var record in page.Records) await ReplayAsync(machine, record, cancellationToken);
            if (!page.More) return machine.State;
            var last = page.Records.Count > 0 ? page.Records[^1].LastSequence : page.Snapshot!.Sequence;
            page = await _store.ReadAsync(id.Key, last, cancellationToken: cancellationToken);
        }

        Core.Processes.CompiledProcess Known(string hash) => _catalog.TryGet(hash, out var definition)
            ? definition
            : throw new StoreCorruptException(
                $"invocation '{id}' is pinned to definition {hash}, which is not in the store");
    }

    private async Task ReplayAsync(InvocationMachine machine, JournalRecord record, CancellationToken cancellationToken)
    {
        var payloads = new Dictionary<PayloadHash, Payload>();
        foreach (var hash in InvocationEventCodec.References(record.Events))
            payloads[hash] = Payload.FromTrustedUtf8(await _store.ReadPayloadAsync(hash, cancellationToken));
        foreach (var e in InvocationEventCodec.Read(record.Events, hash => payloads[hash]))
        {
            if (DefinitionOf(e) is { } hash) await _catalog.GetAsync(hash, cancellationToken);
            machine.Replay(e);
        }
    }

    private static string? DefinitionOf(InvocationEvent e) => e switch
    {
        InvocationEvent.Started started => started.Definition,
        InvocationEvent.ReplacementQueued queued => queued.Definition,
        _ => null,
    };
}
