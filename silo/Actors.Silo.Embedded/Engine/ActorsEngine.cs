using System.Collections.Immutable;
using Actors.Grains.Hosting;
using Actors.Grains.Registry;
using Actors.Grains.Steps;
using Actors.Journal;
using Actors.Silo.Embedded.Client;
using Actors.Silo.Embedded.Hosting;
using Actors.Storage.Memory;
using Actors.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Actors.Silo.Embedded;

/// <summary>
/// The engine in one process: opens the store, registers the processes, hosts the grains, takes up what an earlier
/// process left unfinished. Registered by <c>AddActors</c>; can be used without a host builder, too.
/// </summary>
public sealed partial class ActorsEngine : IAsyncDisposable
{
    private readonly ActorsOptions _options;
    private readonly IServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly IServiceEndpoints _endpoints;
    private readonly ISecrets _secrets;
    private volatile EngineParts? _running;
    private volatile EngineParts? _stopping;

    /// <summary>An engine that is not started.</summary>
    /// <param name="options">What to host.</param>
    /// <param name="services">For handler classes; their scopes are made from it.</param>
    /// <param name="loggers">Logs.</param>
    /// <param name="time">Clock of timers and timeouts.</param>
    /// <param name="endpoints">Base addresses of services; null: as declared.</param>
    /// <param name="secrets">Values of secrets; null: none is known.</param>
    public ActorsEngine(
        ActorsOptions options, IServiceProvider services, ILoggerFactory loggers, TimeProvider time,
        IServiceEndpoints? endpoints = null, ISecrets? secrets = null)
    {
        options.Validate();
        _options = options;
        options.StandsBy = StandBy;
        options.LosesStore = LoseStore;
        _services = services;
        _loggers = loggers;
        _time = time;
        _endpoints = endpoints ?? DeclaredEndpoints.Instance;
        _secrets = secrets ?? NoSecrets.Instance;
        Client = new EmbeddedActorsClient(() => Current);
    }

    /// <summary>The client of this engine.</summary>
    /// <remarks>
    /// It can be handed out before the engine runs; until then its calls throw <see cref="UnavailableException"/>.
    /// </remarks>
    public IActorsClient Client { get; }

    /// <summary>The host, for those who talk to grains themselves.</summary>
    /// <exception cref="UnavailableException">The engine is not running.</exception>
    public EmbeddedGrainHost Host => Current.Host;

    /// <summary>Whether it was started and not stopped.</summary>
    public bool IsRunning => _running is { } running && running != _stopping;

    /// <summary>Whether its store takes appends; stopped while the engine does not run.</summary>
    public StoreHealth StoreHealth => _running?.Store.Health ?? StoreHealth.Stopped;

    /// <summary>Why the engine can't take work: it does not run, or its store takes no appends; null: it can.</summary>
    public string? Trouble => _running is not { } running ? NotRunning().Message
        : running == _stopping ? "the engine is stopping"
        : running.Store.Health switch
        {
            StoreHealth.Ready => null,
            StoreHealth.Full => "the store is full: make room on its disk",
            StoreHealth.Away => "the store's server can't be reached: work goes on when it is back",
            _ => "the store has stopped: look at its log, then restart the silo",
        };

    /// <summary>Its parts.</summary>
    /// <exception cref="UnavailableException">The engine is not running.</exception>
    internal EngineParts Current => _running ?? throw NotRunning();

    /// <summary>
    /// Opens the store, registers the processes, starts the host. Unfinished work is taken up in the background.
    /// </summary>
    /// <exception cref="StoreOpenException">The store can't be opened.</exception>
    /// <exception cref="DefinitionException">
    /// A process is not valid, or its steps and their handlers do not fit; it holds every error of every process.
    /// </exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var errors = _options.Processes.SelectMany(map => ProcessCheck.Check(map, _options)).ToImmutableArray();
        if (!errors.IsEmpty) throw new DefinitionException(errors);
        var definitions = _options.Processes.Select(Deployment.Prepare).ToArray();
        _lost = NewSource();
        var store = await OpenAsync(cancellationToken);
        var running = Compose(store);
        try
        {
            GrainReply? deployed = null;
            foreach (var (definition, text) in definitions)
                deployed = await running.Deployment.RegisterAsync(definition, text, cancellationToken);
            await running.Deployment.ReadAsync(deployed, cancellationToken);
            running.Catalog.Complete();
            await running.Host.StartAsync(cancellationToken);
            _running = running;
            _standsByFor = null;
            var logger = _loggers.CreateLogger<ActorsEngine>();
            LogStarted(logger, definitions.Length, _options.StoreName);
            running.Deployment.WarnOfMissing();
            if (_options.Host.WorkersMax == 0) LogBeginsNothing(logger);
        }
        catch
        {
            await CloseAsync(running);
            throw;
        }
    }

    /// <summary>
    /// Begins no attempts any more, lets those that run end for a while, closes the store. What is unfinished goes on
    /// at the next start. Calls are answered as long as attempts run, which may make some; then they throw
    /// <see cref="UnavailableException"/>.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_running is not { } running) return;
        if (Interlocked.CompareExchange(ref _stopping, running, null) is not null) return;
        running.Retention?.Dispose();
        // What can't be recorded is not waited for, nor is anything else asked of it.
        var isLost = Lost.IsCompleted;
        if (isLost) _running = null;
        try
        {
            var patience = isLost ? TimeSpan.Zero : _options.DrainTimeout;
            await running.Host.StopAsync(patience, () => _running = null, cancellationToken);
            await CloseAsync(running);
        }
        finally
        {
            _running = _stopping = null;
        }
    }

    /// <summary>
    /// Looks for processes that were deployed on other silos of the store. What keeps it from looking is left for the
    /// next time.
    /// </summary>
    internal async Task RefreshDeployedAsync()
    {
        try
        {
            if (_running is { } running) await running.Deployment.RefreshAsync(null, CancellationToken.None);
        }
        catch (ActorsException e)
        {
            LogNotRefreshed(_loggers.CreateLogger<ActorsEngine>(), e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private static async ValueTask CloseAsync(EngineParts running)
    {
        await running.Host.DisposeAsync();
        running.Worker.Dispose();
        await running.Store.DisposeAsync();
    }

    private async ValueTask<IJournalStore> OpenAsync(CancellationToken cancellationToken)
    {
        if (_options.Store is { } make) return await make(_services, cancellationToken);
        if (_options.StorePath is not { } path) return new MemoryJournalStore();
        return await SqliteJournalStore.OpenAsync(
            new SqliteJournalOptions { Path = path },
            _time,
            _loggers.CreateLogger<SqliteJournalStore>(),
            cancellationToken);
    }

    private EngineParts Compose(IJournalStore store)
    {
        var catalog = new DefinitionCatalog(store);
        var entities = new HostEntityCaller();
        var worker = new StepWorker(_options.Worker, new StepWorkerPorts
        {
            Handlers = _options.Handlers,
            Services = _services,
            Time = _time,
            LoggerFactory = _loggers,
            Endpoints = _endpoints,
            Secrets = _secrets,
            Entities = entities,
            Subscribers = _options.Subscribers,
            Cancel = _options.Runtime.CancelAsync,
        });
        var factory = new EngineGrainFactory(catalog, _options.Entities);
        var host = new EmbeddedGrainHost(
            store, factory, _options.WrapWorker?.Invoke(worker) ?? worker, _time, _options.Host,
            _loggers.CreateLogger<EmbeddedGrainHost>(), _options.Runtime);
        host.OnStoreStopped = LoseStore;
        var cluster = _options.Cluster?.Invoke(host, host.Workers.Worker, catalog);
        if (cluster is not null) host.Around = cluster;
        var edge = (IClientHost?)cluster ?? host;
        entities.Host = edge;
        var retention = _options.Retention is { } kept
            ? new RetentionLoop(
                store, kept, () => host.Around.Keeps(RegistryGrain.Key), host.ForgetEnded, _time,
                _loggers.CreateLogger<RetentionLoop>())
            : null;
        var missing = new MissingParts(
            _options, () => catalog.Current.Select(process => process.Map.Process),
            _loggers.CreateLogger<ActorsEngine>());
        var deployment = new Deployment(catalog, edge, _options, missing, isShared: cluster is not null);
        return new EngineParts(store, host, worker, catalog, retention, edge, deployment);
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Engine started with {Processes} processes on store {Store}")]
    private static partial void LogStarted(ILogger logger, int processes, string store);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "No attempt is begun here: WorkersMax is 0. Commands are taken; start with workers for the rest")]
    private static partial void LogBeginsNothing(ILogger logger);

    [LoggerMessage(Level = LogLevel.Debug,
        Message = "What was deployed on other silos is not known; looked for again soon")]
    private static partial void LogNotRefreshed(ILogger logger, Exception exception);
}

/// <summary>What a running engine consists of.</summary>
internal sealed record EngineParts(
    IJournalStore Store, EmbeddedGrainHost Host, StepWorker Worker, DefinitionCatalog Catalog, RetentionLoop? Retention,
    IClientHost Edge, Deployment Deployment);
