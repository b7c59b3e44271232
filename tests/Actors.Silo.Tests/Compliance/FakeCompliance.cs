using Actors.Client;
using Actors.Silo.Tests.Engine;

namespace Actors.Silo.Tests.Compliance;

/// <summary>The suite itself: the fake engine keeps the contract that the edge is tested against.</summary>
public sealed class FakeEngineTests : ActorsClientCompliance
{
    private protected override Task<IComplianceEngine> OpenAsync() => Task.FromResult<IComplianceEngine>(new Direct());

    private sealed class Direct : IComplianceEngine
    {
        public IActorsClient Client { get; } = new FakeEngine();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

public sealed class HttpOverFakeEngineTests : ActorsClientCompliance
{
    private protected override async Task<IComplianceEngine> OpenAsync() =>
        new OverHttp(await RunningSilo.StartAsync());

    private sealed class OverHttp(RunningSilo silo) : IComplianceEngine
    {
        private readonly HttpActorsClient _client = silo.Client(TimeSpan.FromSeconds(5));

        public IActorsClient Client => _client;

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await silo.DisposeAsync();
        }
    }
}
