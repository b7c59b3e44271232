namespace Actors.Silo.Tests.Compliance;

/// <summary>
/// An engine with four processes of one step <c>only</c> each, and a client of it. <c>greet</c> needs a name and greets
/// it;
/// <c>approve</c> waits for signal approval and answers with its payload; <c>keyed</c> does too, under key $.orderId;
/// <c>fragile</c> fails for good with type broken, and succeeds when retried. Entity <c>counter</c> adds, and refuses
/// to go below zero.
/// </summary>
internal interface IComplianceEngine : IAsyncDisposable
{
    IActorsClient Client { get; }
}

/// <summary>Tests of what every transport of the client SDK promises, each on an engine that it opens.</summary>
public abstract class ClientCompliance : IAsyncLifetime
{
    private IComplianceEngine? _engine;

    private protected IActorsClient Client => _engine!.Client;

    public async Task InitializeAsync() => _engine = await OpenAsync();

    public async Task DisposeAsync() => await _engine!.DisposeAsync();

    private protected abstract Task<IComplianceEngine> OpenAsync();
}
