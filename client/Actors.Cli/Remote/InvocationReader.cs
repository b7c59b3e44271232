using System.CommandLine;
using Actors.Cli.Hosting;
using Actors.Silo.Embedded.Client;

namespace Actors.Cli.Remote;

/// <summary>What reads invocations: a silo, or a store file that nobody has open.</summary>
internal sealed record InvocationReader(
    Func<InvocationFilter, CancellationToken, Task<InvocationList>> ListAsync,
    Func<InvocationId, CancellationToken, Task<InvocationView>> GetAsync,
    Func<InvocationId, long, CancellationToken, Task<HistoryPage>> HistoryAsync,
    Func<InvocationId, CancellationToken, Task<Explanation>> ExplainAsync)
{
    private const int PageMax = 1000;

    /// <summary>All events, oldest first.</summary>
    public async IAsyncEnumerable<HistoryEvent> EventsAsync(
        InvocationId id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        while (true)
        {
            var page = await HistoryAsync(id, after, cancellationToken);
            foreach (var e in page.Events) yield return e;
            if (page.Events.Count == 0 || page.Events[^1].Sequence >= page.Head) yield break;
            after = page.Events[^1].Sequence;
        }
    }

    /// <summary>Reads through a client.</summary>
    public static InvocationReader Of(IActorsClient client) => new(
        client.ListAsync,
        client.GetAsync,
        (id, after, token) => client.HistoryAsync(id, after, PageMax, token),
        client.ExplainAsync);

    /// <summary>Reads from a store's file.</summary>
    public static InvocationReader Of(StoreBrowser store) => new(
        store.ListAsync,
        store.GetAsync,
        (id, after, token) => store.HistoryAsync(id, after, PageMax, token),
        store.ExplainAsync);
}

/// <summary>Where a reading command reads.</summary>
internal sealed class ReadingPlace(CliHost host)
{
    private readonly SiloAddress _silo = new(host);

    private readonly Option<string?> _store = new("--store")
    {
        Description =
            "Read this store (a file, or postgres://...), which no process has open, instead of asking a silo",
        HelpName = "FILE",
    };

    /// <summary>The silo, for what a store file can't tell.</summary>
    public SiloAddress Silo => _silo;

    /// <summary>The options of the place.</summary>
    public void AddTo(Command command)
    {
        command.Add(_silo.Url);
        command.Add(_store);
    }

    /// <summary>Whether a store's file was named, rather than a silo.</summary>
    public bool IsFile(ParseResult parsed) => parsed.GetValue(_store) is not null;

    /// <summary>Runs with a reader of the place that was named.</summary>
    public async Task<T> ReadAsync<T>(ParseResult parsed, Func<InvocationReader, CancellationToken, Task<T>> read)
    {
        if (parsed.GetValue(_store) is not { } path)
            return await _silo.CallAsync(parsed, (client, token) => read(InvocationReader.Of(client), token));
        if (parsed.GetValue(_silo.Url) is not null)
        {
            throw new RefusedException(
                "--url and --store name two places to read from; give one of them", "two-places");
        }

        await using var store = await StoreBrowser.OpenAsync(path, host.Time, host.Interrupted);
        return await read(InvocationReader.Of(store), host.Interrupted);
    }
}
