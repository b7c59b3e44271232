using Actors.Grains.Steps;
using Actors.Silo.Embedded;
using Actors.Silo.Configuration;
using Actors.Silo.Health;
using Actors.Silo.Processes;
using Actors.Storage.Postgres;

namespace Actors.Silo.Hosting;

/// <summary>Puts the engine into a silo.</summary>
public static class SiloEngine
{
    /// <summary>Registers the engine with the processes of the options' folder.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="options">Where processes and store are.</param>
    /// <param name="more">Adds processes, handlers and entities of referenced assemblies; null: none.</param>
    /// <exception cref="DefinitionException">Process files break the rules; it holds every error.</exception>
    /// <exception cref="SiloStartException">
    /// The folder of processes can't be read or, unless it is the default one, is not there; or that of the store is
    /// not there.
    /// </exception>
    public static void Add(IServiceCollection services, SiloOptions options, Action<ActorsOptions>? more = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        CheckFolderOf(options.Store);
        // One with processes of its own needs no folder.
        if (more is null) CheckProcesses(options.Processes);
        var processes = ProcessFolder.Read(options.Processes);
        var configured = Configuration(options);
        services.AddSingleton<IServiceEndpoints>(new ConfiguredEndpoints(configured));
        services.AddSingleton<ISecrets>(new ConfiguredSecrets(configured));
        Host(services, options, engine =>
        {
            engine.UseStore(options.Store, postgres =>
            {
                postgres.Lease = options.Lease;
                postgres.Shared = options.Cluster is not null;
            });
            engine.Standby = options.Standby;
            engine.Host = engine.Host with { WorkersMax = options.Workers };
            engine.DrainTimeout = options.StopTimeout;
            engine.Retention = options.Retention;
            engine.Worker = engine.Worker with { SimulatedTimeScale = options.SimulatedTimeScale };
            foreach (var (map, file) in processes) engine.AddProcess(map, file);
            more?.Invoke(engine);
        });
        services.AddSingleton<ISiloHealth, EngineHealth>();
    }

    // A new store in a folder that is not there is a slip of the pen more often than a wish.
    private static void CheckFolderOf(string store)
    {
        if (PostgresJournalOptions.Names(store)) return;
        if (Path.GetDirectoryName(Path.GetFullPath(store)) is not { } folder || Directory.Exists(folder)) return;
        throw new SiloStartException(
            $"there is no folder '{folder}' for the store '{store}'; a silo makes the store's file, but not its " +
            "folder: make that, or name another place with --store");
    }

    // A silo that serves nothing because a name was mistyped would look healthy.
    private static void CheckProcesses(string folder)
    {
        if (folder == SiloOptions.DefaultProcesses || Directory.Exists(folder) || File.Exists(folder)) return;
        throw new SiloStartException(
            $"there is no folder of processes '{folder}' (paths count from the working directory); make it, or name " +
            "another with --processes");
    }

    private static void Host(IServiceCollection services, SiloOptions options, Action<ActorsOptions> configure)
    {
        if (options.Host == SiloOptions.OrleansHost) OrleansHost.Add(services, options, configure);
        else services.AddActors(configure);
    }

    private static IConfigurationRoot Configuration(SiloOptions options) => new ConfigurationBuilder()
        .AddInMemoryCollection(
            options.Services.Select(s => KeyValuePair.Create($"Services:{s.Key}:Url", (string?)s.Value)))
        .AddInMemoryCollection(options.Secrets.Select(s => KeyValuePair.Create($"Secrets:{s.Key}", (string?)s.Value)))
        .Build();

    private sealed class EngineHealth(ActorsEngine engine) : ISiloHealth
    {
        public IReadOnlyList<UnreadyReason> Check() =>
            engine.Trouble is not { } trouble ? []
            : [new UnreadyReason(
                engine.IsRunning ? "store" : engine.StandsByFor is null ? "engine" : UnreadyReason.Standby, trouble)];
    }
}
