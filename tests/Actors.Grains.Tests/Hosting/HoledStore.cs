using Actors.Journal;
using Actors.Tests.Shared;

namespace Actors.Grains.Tests.Hosting;

/// <summary>A store that leaves out the first record of every journal.</summary>
internal sealed class HoledStore(IJournalStore inner) : DelegatingStore(inner)
{
    public override async ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default)
    {
        var page = await Inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);
        return page with { Records = [.. page.Records.Skip(1)] };
    }

    public override ValueTask DisposeAsync() => default;
}
