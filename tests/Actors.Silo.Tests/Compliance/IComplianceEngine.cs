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
