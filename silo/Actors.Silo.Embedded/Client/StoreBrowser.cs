using Actors.Core.Invocations;
using Actors.Grains.Registry;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Storage.Sqlite;

namespace Actors.Silo.Embedded.Client;

/// <summary>
/// Reads the invocations of a store that no engine has open: nothing runs, no timer fires, nothing is changed. The
/// store is owned while it is read, so a silo can't be started on it meanwhile; a file in a place where nothing can be
/// written is read without that.
/// </summary>
public sealed class StoreBrowser : IAsyncDisposable
{
    private readonly IJournalStore _store;
    private readonly InvocationReader _reader;
    private readonly TimeProvider _time;

    /// <summary>Reads a store that is open already.</summary>
    /// <param name="store">The store; disposed with this.</param>
    /// <param name="time">For durations that go on.</param>
    public StoreBrowser(IJournalStore store, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        (_store, _time, _reader) = (store, time, new InvocationReader(store, new DefinitionCatalog(store)));
    }

    /// <summary>Opens a store: a file, which has to exist, or a database (as <c>ActorsOptions.UseStore</c>).</summary>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="StoreOpenException">
    /// Another process has it open, it is of a newer format, it is not a store, or it has a log where nothing can be
    /// written.
    /// </exception>
    public static async Task<StoreBrowser> OpenAsync(
        string path, TimeProvider time, CancellationToken cancellationToken = default)
    {
        if (PostgresJournalOptions.Names(path))
        {
            var database = new PostgresJournalOptions { Connection = path, Migrate = false };
            return new StoreBrowser(
                await PostgresJournalStore.OpenAsync(database, time, cancellationToken: cancellationToken), time);
        }

        // Opening a file that is not there would make an empty store of it.
        if (!File.Exists(path)) throw new NotFoundException($"there is no store '{path}'");
        return new StoreBrowser(await OpenFileAsync(path, time, cancellationToken), time);
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
        InvocationViews.Of(await _reader.ReadAsync(id, cancellationToken), _time.GetUtcNow());

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
        InvocationExplainer.Explain(await _reader.ReadAsync(id, cancellationToken));

    private static async Task<IJournalStore> OpenFileAsync(
        string path, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var options = new SqliteJournalOptions { Path = path };
            return await SqliteJournalStore.OpenAsync(options, time, cancellationToken: cancellationToken);
        }
        catch (StoreOpenException e) when (e.FailureType == StoreOpenException.NotWritable)
        {
            return new InspectedStore(SqliteStoreInspection.Open(path));
        }
    }

    /// <summary>Closes the store.</summary>
    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
