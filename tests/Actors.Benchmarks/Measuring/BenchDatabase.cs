using System.Globalization;
using Actors.Tests.Shared;
using Npgsql;

namespace Actors.Benchmarks.Measuring;

/// <summary>The database of a benchmark: a server of our own, or a schema in one that was named.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    // Settings that a team gives a server that is there to write. All that makes a commit durable stays on.
    private static readonly string[] ServerSettings =
    [
        "shared_buffers=512MB", "max_wal_size=8GB", "wal_buffers=64MB", "wal_compression=on",
        "checkpoint_timeout=15min",
    ];

    private readonly PostgresServer? _server;
    private readonly string _schema = string.Create(CultureInfo.InvariantCulture, $"bench_{Environment.ProcessId}");
    private readonly NpgsqlDataSource _source;
    private readonly long _logAtStart;

    private BenchDatabase(PostgresServer? server, string address)
    {
        _server = server;
        Address = $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}schema={_schema}";
        var uri = new UriBuilder(address);
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host, Port = uri.Port, Username = uri.UserName, Password = uri.Password,
            Database = uri.Path.TrimStart('/'), MaxPoolSize = 1,
        });
        Drop();
        _logAtStart = LogPosition;
    }

    /// <summary>For the store.</summary>
    public string Address { get; }

    /// <summary>Write-ahead log since the start.</summary>
    public long LogBytes => LogPosition - _logAtStart;

    /// <summary>How the server is set, of what matters.</summary>
    public string Settings => (string)Ask(
        "SELECT string_agg(name || '=' || current_setting(name), ' ' ORDER BY name) FROM pg_settings WHERE name IN " +
        "('fsync', 'synchronous_commit', 'full_page_writes', 'wal_compression', 'shared_buffers', 'max_wal_size')");

    /// <summary>CPU time of a server of our own; of another, zero.</summary>
    public TimeSpan Cpu => _server is null ? TimeSpan.Zero : CpuOf(_server.ProcessId);

    private long LogPosition => (long)(decimal)Ask("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')");

    public static BenchDatabase Open(string? address)
    {
        if (address is not null) return new BenchDatabase(null, address);
        if (PostgresServer.Obstacle is { } obstacle)
            throw new InvalidOperationException($"{obstacle}, or name one with --connection");
        var server = PostgresServer.Start(ServerSettings);
        return new BenchDatabase(server, server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null) Drop();
        await _source.DisposeAsync();
        _server?.Dispose();
    }

    private void Drop() => _source.CreateCommand($"DROP SCHEMA IF EXISTS {_schema} CASCADE").ExecuteNonQuery();

    private object Ask(string statement) => _source.CreateCommand(statement).ExecuteScalar()!;

    // The postmaster, its children that run, and those that have ended and were waited for.
    private static TimeSpan CpuOf(int postmaster)
    {
        const double ticksPerSecond = 100;
        double ticks = 0;
        foreach (var process in Directory.EnumerateDirectories("/proc", "*"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var text = File.ReadAllText(Path.Combine(process, "stat"));
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                if (id != postmaster && fields[1] != postmaster.ToString(CultureInfo.InvariantCulture)) continue;
                ticks += fields.Skip(11).Take(4).Sum(field => double.Parse(field, CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return TimeSpan.FromSeconds(ticks / ticksPerSecond);
    }
}
