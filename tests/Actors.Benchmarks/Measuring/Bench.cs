using Actors.Journal;
using Actors.Silo.Embedded;
using Actors.Storage.Memory;
using Actors.Storage.Postgres;
using Actors.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Benchmarks.Measuring;

/// <summary>An engine on a fresh store, and what the store did meanwhile.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly BenchmarkSettings _settings;
    private readonly Action<ActorsOptions> _configure;
    private readonly string _file;
    private readonly BenchDatabase? _database;
    private readonly List<CountingStore> _stores = [];
    private IBenchEngine _engine = null!;

    private Bench(BenchmarkSettings settings, Action<ActorsOptions> configure)
    {
        _settings = settings;
        _configure = options =>
        {
            configure(options);
            if (settings.Workers is { } workers) options.Host = options.Host with { WorkersMax = workers };
        };
        Directory.CreateDirectory(settings.Folder);
        _file = Path.Combine(settings.Folder, $"bench-{Environment.ProcessId}.db");
        if (settings.IsPostgres) _database = BenchDatabase.Open(settings.Connection);
    }

    public IActorsClient Client => _engine.Client;

    /// <summary>Of the store's file; of PostgreSQL, the write-ahead log that was written.</summary>
    public long FileBytes => _database?.LogBytes ?? (File.Exists(_file) ? new FileInfo(_file).Length : 0);

    /// <summary>Where the naive loop has its database.</summary>
    public string YardstickFile => _file + "-naive";

    /// <summary>Settings of the database server that matter; null: there is none.</summary>
    public string? ServerSettings => _database?.Settings;

    public static async Task<Bench> StartAsync(BenchmarkSettings settings, Action<ActorsOptions> configure)
    {
        var bench = new Bench(settings, configure);
        bench.DeleteFiles();
        await bench.StartEngineAsync();
        return bench;
    }

    /// <summary>Closes the store, so that all of it is in its file, and opens it again; one in memory stays.</summary>
    public async Task ReopenAsync()
    {
        if (_settings.Store == "memory") return;
        await _engine.DisposeAsync();
        await StartEngineAsync();
    }

    /// <summary>Warms up, then measures.</summary>
    /// <param name="operation">One operation.</param>
    /// <param name="warmUp">What to warm up with, if not the same.</param>
    /// <param name="stopOnCancel">A client whose operation is cancelled is done.</param>
    public async Task<LoadResult> MeasureAsync(
        Func<int, int, Task> operation, Func<int, int, Task>? warmUp = null, bool stopOnCancel = false)
    {
        var warm = await Load.WarmUpAsync(_settings.Clients, warmUp ?? operation);
        var (commits, appends) = (_stores.Sum(s => s.Commits), _stores.Sum(s => s.Appends));
        var appendTicks = _stores.Sum(s => s.AppendTime.Ticks);
        var serverCpu = _database?.Cpu ?? TimeSpan.Zero;
        var load = await Load.RunAsync(_settings.Clients, _settings.Duration, operation, stopOnCancel);
        var ofServer = (_database?.Cpu ?? TimeSpan.Zero) - serverCpu;
        return load with
        {
            Cpu = load.Cpu + ofServer,
            ServerCpu = ofServer,
            WarmUp = warm,
            Commits = _stores.Sum(s => s.Commits) - commits,
            Appends = _stores.Sum(s => s.Appends) - appends,
            AppendTime = new TimeSpan(_stores.Sum(s => s.AppendTime.Ticks) - appendTicks),
        };
    }

    public async Task StopAsync() => await _engine.DisposeAsync();

    /// <summary>
    /// Reads the store back: nothing may be wrong with it, and everything have ended if it had to. What is in memory
    /// only can't be audited.
    /// </summary>
    public async Task<string> AuditAsync(bool allMustHaveEnded)
    {
        if (_settings.Store == "memory") return Auditor.NothingToRead;
        await using (IStoreInspection inspection = _database is not null
            ? await PostgresStoreInspection.OpenAsync(new PostgresJournalOptions { Connection = _database.Address })
            : SqliteStoreInspection.Open(_file))
        {
            var verdict = await Auditor.CheckAsync(inspection);
            if (verdict != "clean" || !allMustHaveEnded) return verdict;
        }

        await using var store = await OpenStoreAsync();
        return await Auditor.CheckEndedAsync(store);
    }

    public async Task<IJournalStore> OpenStoreAsync(CancellationToken cancellationToken = default) =>
        _settings.Store switch
        {
            "memory" => new MemoryJournalStore(),
            "sqlite" => await SqliteJournalStore.OpenAsync(
                new SqliteJournalOptions { Path = _file },
                TimeProvider.System,
                NullLogger<SqliteJournalStore>.Instance, cancellationToken),
            "postgres" => await PostgresJournalStore.OpenAsync(
                new PostgresJournalOptions { Connection = _database!.Address, Shared = _settings.Silos > 0 },
                TimeProvider.System,
                NullLogger<PostgresJournalStore>.Instance, cancellationToken),
            var other => throw new ArgumentException(
                $"there is no store '{other}'; there are sqlite, memory and postgres"),
        };

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _services.DisposeAsync();
        DeleteFiles();
        if (_database is not null) await _database.DisposeAsync();
    }

    private async Task StartEngineAsync()
    {
        _stores.Clear();
        if (_settings.Silos > 0)
        {
            _engine = await ClusterEngines.StartAsync(_settings, options =>
            {
                _configure(options);
                options.Store = OpenCountedAsync;
            });
            return;
        }

        var options = new ActorsOptions();
        _configure(options);
        options.Store = OpenCountedAsync;
        var engine = new ActorsEngine(options, _services, NullLoggerFactory.Instance, TimeProvider.System);
        await engine.StartAsync(CancellationToken.None);
        _engine = new Embedded(engine);
    }

    private async ValueTask<IJournalStore> OpenCountedAsync(
        IServiceProvider services, CancellationToken cancellationToken)
    {
        var store = new CountingStore(await OpenStoreAsync(cancellationToken), isTimed: _settings.Clients == 1);
        lock (_stores) _stores.Add(store);
        return store;
    }

    private void DeleteFiles()
    {
        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm", _file + ".lock" }) File.Delete(file);
    }

    private sealed class Embedded(ActorsEngine engine) : IBenchEngine
    {
        public IActorsClient Client => engine.Client;

        public ValueTask DisposeAsync() => engine.DisposeAsync();
    }
}

/// <summary>What is measured, on whichever host.</summary>
internal interface IBenchEngine : IAsyncDisposable
{
    /// <summary>Talks to it; on a cluster to one silo after the other.</summary>
    IActorsClient Client { get; }
}
