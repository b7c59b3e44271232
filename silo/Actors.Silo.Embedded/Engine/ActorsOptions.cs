using System.Collections.Immutable;
using System.Reflection;
using Actors.Core.Definitions;
using Actors.Definitions;
using Actors.Grains.Entities;
using Actors.Grains.Registry;
using Actors.Grains.Steps;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Silo.Embedded.Hosting;
using Actors.Storage.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Actors.Silo.Embedded;

/// <summary>
/// What an embedded engine hosts, and where it keeps it. Filled in by the action given to <c>AddActors</c>.
/// </summary>
public sealed class ActorsOptions
{
    private readonly List<StepMap> _processes = [];
    private readonly Dictionary<StepMap, string> _files = new(ReferenceEqualityComparer.Instance);
    private readonly List<IEventSubscriber> _subscribers = [];
    private bool _isPostgres;

    /// <summary>
    /// File of the SQLite store; null: the store is in memory and gone with the process. Default: <c>actors.db</c>.
    /// </summary>
    public string? StorePath { get; set; } = "actors.db";

    /// <summary>
    /// Makes another store than the two above; null: they are used. The engine disposes what it makes.
    /// </summary>
    public Func<IServiceProvider, CancellationToken, ValueTask<IJournalStore>>? Store { get; set; }

    /// <summary>
    /// Whether the engine waits while another process owns the store, as its hot standby, and does so again after
    /// another one has taken it over. The program starts meanwhile; calls throw <see cref="StandbyException"/>. Needs a
    /// store on PostgreSQL (<see cref="UsePostgres"/>). Default: false, which refuses a store that is in use.
    /// </summary>
    public bool Standby { get; set; }

    /// <summary>Is told for whom a store that is being opened waits.</summary>
    internal Action<string>? StandsBy { get; set; }

    /// <summary>Is told that another process has taken the store over.</summary>
    internal Action? LosesStore { get; set; }

    /// <summary>What the log calls the store.</summary>
    internal string StoreName => (Store, _isPostgres) switch
    {
        (null, _) => StorePath ?? "memory",
        (_, true) => "PostgreSQL",
        _ => "the program's own",
    };

    /// <summary>Handlers of steps.</summary>
    public HandlerRegistry Handlers { get; } = new();

    /// <summary>Classes of shared entities.</summary>
    public EntityRegistry Entities { get; } = new();

    /// <summary>Bounds and settings of the host.</summary>
    public EmbeddedHostOptions Host { get; set; } = new();

    /// <summary>Bounds and settings of the workers.</summary>
    public StepWorkerOptions Worker { get; set; } = new();

    /// <summary>
    /// How long a stop waits for what is running. Default: 10 seconds. Range: 0 to 10 minutes. The program's host cuts
    /// it short by its own <c>HostOptions.ShutdownTimeout</c>, which all its services share: with ASP.NET requests that
    /// wait use it up first.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long finished invocations are kept; null: for ever. Default: null. Range: 1 minute to 10 years.
    /// </summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>Puts the engine's host into a cluster; null: it is alone.</summary>
    internal Func<EmbeddedGrainHost, IWorker, DefinitionCatalog, ICluster?>? Cluster { get; set; }

    /// <summary>What the host takes from the runtime. For tests that run it on one thread.</summary>
    internal HostRuntime Runtime { get; set; } = HostRuntime.Default;

    /// <summary>Puts a worker around the engine's; null: none. For tests that break things.</summary>
    internal Func<IWorker, IWorker>? WrapWorker { get; set; }

    /// <summary>The processes added so far.</summary>
    public IReadOnlyList<StepMap> Processes => _processes;

    /// <summary>The subscribers added so far.</summary>
    internal ImmutableArray<IEventSubscriber> Subscribers => [.. _subscribers];

    /// <summary>Keeps everything in a SQLite file.</summary>
    /// <param name="path">The file; no connection string. Folders that are missing are made.</param>
    /// <exception cref="ArgumentException">It is null, empty, or a connection string.</exception>
    public ActorsOptions UseSqlite(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.StartsWith("Data Source=", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"'{path}' is a connection string; give the path of the file", nameof(path));
        StorePath = path;
        Store = null;
        _isPostgres = false;
        return this;
    }

    /// <summary>
    /// Keeps everything where a text says: in PostgreSQL if it is an address or a connection string of it (see
    /// <see cref="PostgresJournalOptions.Names"/>), else in the SQLite file of that name.
    /// </summary>
    /// <param name="place">The text.</param>
    /// <param name="configure">Changes other settings of a store on PostgreSQL; null: defaults.</param>
    public ActorsOptions UseStore(string place, Action<PostgresJournalOptions>? configure = null) =>
        PostgresJournalOptions.Names(place) ? UsePostgres(place, configure) : UseSqlite(place);

    /// <summary>Keeps everything in PostgreSQL.</summary>
    /// <param name="connection">
    /// <c>postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME</c>, or a connection string of Npgsql.
    /// </param>
    /// <param name="configure">Changes other settings; null: defaults.</param>
    public ActorsOptions UsePostgres(string connection, Action<PostgresJournalOptions>? configure = null)
    {
        var options = new PostgresJournalOptions { Connection = connection };
        configure?.Invoke(options);
        options.OnStandby += holder => StandsBy?.Invoke(holder);
        options.OnLost += () => LosesStore?.Invoke();
        _isPostgres = true;
        Store = async (services, cancellationToken) =>
        {
            if (Standby) options.StandbyMax = Timeout.InfiniteTimeSpan;
            return await PostgresJournalStore.OpenAsync(
                options,
                services.GetService<TimeProvider>() ?? TimeProvider.System,
                services.GetService<ILogger<PostgresJournalStore>>(),
                cancellationToken);
        };
        return this;
    }

    /// <summary>Keeps everything in memory: for tests.</summary>
    public ActorsOptions UseMemory()
    {
        StorePath = null;
        Store = null;
        _isPostgres = false;
        return this;
    }

    /// <summary>
    /// Hosts a process. Of several versions of one process the one added last is the one that is started.
    /// </summary>
    public ActorsOptions AddProcess(StepMap process)
    {
        ArgumentNullException.ThrowIfNull(process);
        _processes.Add(process);
        return this;
    }

    /// <summary>Hosts a process that was read from a file.</summary>
    /// <param name="process">The process.</param>
    /// <param name="path">The file, which errors between its steps and their handlers then name with the line.</param>
    public ActorsOptions AddProcess(StepMap process, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        AddProcess(process);
        _files[process] = path;
        return this;
    }

    /// <summary>Hosts the process in a file.</summary>
    /// <exception cref="DefinitionException">The file is not a valid process; it holds every error.</exception>
    public ActorsOptions AddProcessFile(string path) =>
        AddProcess(ProcessFile.Read(File.ReadAllText(path), path).MapOrThrow(), path);

    /// <summary>Adds every handler class of an assembly.</summary>
    public ActorsOptions AddHandlers(Assembly assembly)
    {
        Handlers.AddFrom(assembly);
        return this;
    }

    /// <summary>Adds a handler as a function.</summary>
    public ActorsOptions AddHandler<TInput, TOutput>(string name, Func<TInput, StepContext, ValueTask<TOutput>> handler)
    {
        Handlers.Add(name, handler);
        return this;
    }

    /// <summary>Adds an entity class under a name.</summary>
    /// <exception cref="ArgumentException">The name is taken or not a name, or the class has an operation that can't
    /// be one, or its state would not come back as it was written; see <see cref="Entity{TState}"/>.</exception>
    public ActorsOptions AddEntity<TEntity>(string name) where TEntity : class, IEntity, new()
    {
        Entities.Add<TEntity>(name);
        return this;
    }

    /// <summary>Adds a subscriber to the events that emit steps publish.</summary>
    public ActorsOptions AddSubscriber(IEventSubscriber subscriber)
    {
        _subscribers.Add(subscriber);
        return this;
    }

    /// <summary>The file that a process was read from; null: it was not.</summary>
    internal string? FileOf(StepMap process) => _files.GetValueOrDefault(process);

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Validate()
    {
        if (Standby && !_isPostgres)
            throw new ArgumentOutOfRangeException(
                nameof(Standby), Standby, "ActorsOptions.Standby: only a store on PostgreSQL has standbys");
        if (DrainTimeout < TimeSpan.Zero || DrainTimeout > TimeSpan.FromMinutes(10))
            throw new ArgumentOutOfRangeException(
                nameof(DrainTimeout), DrainTimeout, "ActorsOptions.DrainTimeout: its range is 0 to 10 minutes");
        if (Retention is { } kept && (kept < TimeSpan.FromMinutes(1) || kept > TimeSpan.FromDays(3653)))
            throw new ArgumentOutOfRangeException(
                nameof(Retention), kept, "ActorsOptions.Retention: its range is 1 minute to 10 years");
    }
}
