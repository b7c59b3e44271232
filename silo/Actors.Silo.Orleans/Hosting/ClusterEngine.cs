using Actors.Grains.Registry;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Actors.Silo.Embedded.Hosting;
using Actors.Silo.Orleans.Work;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>
/// Starts and stops the engine with the silo. It starts once the silo is active. When the silo stops, workers come to
/// rest first, then Orleans lets go of the grains, and the store is closed after the last of them.
/// </summary>
internal sealed class ClusterEngine(
    ActorsEngine engine, ActorsOptions options, SiloWork work, SiloRing ring, ISiloStatusOracle silos, ClusterSilo silo,
    IGrainFactory grains)
    : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener
{
    /// <summary>How often what is unfinished is looked for, whatever was lost on the way.</summary>
    private static readonly TimeSpan NetPeriod = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often processes are looked for that were deployed on other silos. A start looks by itself; a child does not.
    /// </summary>
    private static readonly TimeSpan DeployedPeriod = TimeSpan.FromSeconds(5);

    private ITimer? _net;
    private ITimer? _deployed;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(ClusterEngine), ServiceLifecycleStage.Active, StartAsync, RestAsync);
        lifecycle.Subscribe(
            nameof(ClusterEngine) + "Store", ServiceLifecycleStage.ApplicationServices,
            _ => Task.CompletedTask, CloseAsync);
    }

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        ring.Refresh();
        if (silo.Running is not { } running || work.IsStopping) return;
        if (status != SiloStatus.Dead)
        {
            running.Work.SilosHaveChanged();
            return;
        }

        running.Work.SiloIsGone(updatedSilo);
        running.Host.ResumeAgain();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        silos.SubscribeToSiloStatusEvents(this);
        ring.Refresh();
        await engine.StartAsync(cancellationToken);
        if (silo.Running is not { } running) return;
        _ = ArmAsync(running);
        _net = running.Time.CreateTimer(_ => running.Host.ResumeAgain(), null, NetPeriod, NetPeriod);
        _deployed = running.Time.CreateTimer(
            _ => _ = engine.RefreshDeployedAsync(), null, DeployedPeriod, DeployedPeriod);
    }

    /// <summary>A start does not wait for reminders, which begin after it.</summary>
    private async Task ArmAsync(ClusterHost running)
    {
        try
        {
            await grains.GetGrain<INetGrain>(0).ArmAsync();
        }
        catch (Exception e)
        {
            running.Log.NotArmed(e);
        }
    }

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        silos.UnSubscribeFromSiloStatusEvents(this);
        if (_net is not null) await _net.DisposeAsync();
        if (_deployed is not null) await _deployed.DisposeAsync();
        await work.StopAsync(options.DrainTimeout, cancellationToken);
        // Orleans lets go of a grain only when nobody waits in it.
        silo.Leave();
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        silo.Running?.Work.Dispose();
        await engine.StopAsync(cancellationToken);
    }
}

/// <summary>Puts the host that an engine composes into the cluster.</summary>
internal sealed class ClusterComposer(
    ClusterSilo silo, SiloWork work, WorkerOfSilo workers, SiloRing ring, WorkStream stream, ClusterLog log,
    IGrainFactory grains)
{
    public ICluster Compose(EmbeddedGrainHost host, IWorker worker, DefinitionCatalog catalog)
    {
        var cluster = new ClusterHost(silo, host, catalog, ring, grains, stream, log);
        host.Around = cluster;
        workers.Worker = worker;
        work.Open(host.Options.WorkersMax, grains);
        silo.Run(cluster);
        return cluster;
    }
}
