using Actors.Silo.Embedded;
using Actors.Silo.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Silo.Tests.Compliance;

/// <summary>The engine, asked in its own process.</summary>
public sealed class EmbeddedEngineTests : ActorsClientCompliance
{
    private protected override Task<IComplianceEngine> OpenAsync() => EmbeddedEngine.OpenAsync();
}

/// <summary>Deployments in the engine's own process.</summary>
public sealed class EmbeddedDeploymentTests : DeploymentCompliance
{
    private protected override Task<IComplianceEngine> OpenAsync() => EmbeddedEngine.OpenAsync();
}

/// <summary>Deployments over HTTP.</summary>
public sealed class HttpDeploymentTests : DeploymentCompliance
{
    private protected override async Task<IComplianceEngine> OpenAsync() =>
        new HttpOverEngine(await RealSilo.StartAsync());
}

/// <summary>The engine in a silo, asked over HTTP.</summary>
public sealed class HttpOverEngineTests : ActorsClientCompliance
{
    private protected override async Task<IComplianceEngine> OpenAsync() =>
        new HttpOverEngine(await RealSilo.StartAsync());
}

internal sealed class HttpOverEngine(RealSilo silo) : IComplianceEngine
{
    public IActorsClient Client => silo.Client;

    public ValueTask DisposeAsync() => silo.DisposeAsync();
}

internal static class EmbeddedEngine
{
    public static async Task<IComplianceEngine> OpenAsync()
    {
        var options = new ActorsOptions();
        ComplianceProcesses.AddTo(options);
        var engine = new ActorsEngine(
            options, new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, TimeProvider.System);
        await engine.StartAsync(default);
        return new Embedded(engine);
    }

    private sealed class Embedded(ActorsEngine engine) : IComplianceEngine
    {
        public IActorsClient Client => engine.Client;

        public ValueTask DisposeAsync() => engine.DisposeAsync();
    }
}
