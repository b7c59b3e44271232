using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>A silo on real ports of loopback, as an application of its own has it.</summary>
internal sealed class OneSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private OneSilo(IHost host, HeardLogs logs, int siloPort, int gatewayPort) =>
        (_host, Logs, SiloPort, GatewayPort) = (host, logs, siloPort, gatewayPort);

    public HeardLogs Logs { get; }

    public int SiloPort { get; }

    public int GatewayPort { get; }

    public IServiceProvider Services => _host.Services;

    public IActorsClient Client => Services.GetRequiredService<IActorsClient>();

    /// <param name="store">The store.</param>
    /// <param name="configure">Adds processes.</param>
    /// <param name="cluster">TLS and the like.</param>
    /// <param name="primary">Port of the silo to join; null: it is the first.</param>
    /// <param name="more">Configures the silo.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<OneSilo> StartAsync(
        SharedStore store, Action<ActorsOptions>? configure = null, Action<ActorsClusterOptions>? cluster = null,
        int? primary = null, Action<ISiloBuilder>? more = null, CancellationToken cancellationToken = default)
    {
        var (siloPort, gatewayPort, logs) = (FreePort(), FreePort(), new HeardLogs());
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(
                siloPort, gatewayPort, primary is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null);
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.MaxJoinAttemptTime = TimeSpan.FromSeconds(5);
                // One that is declared dead ends its process, which is that of the tests.
                membership.LivenessEnabled = false;
            });
            more?.Invoke(silo);
            silo.UseActors(
                options =>
                {
                    configure?.Invoke(options);
                    options.Store = (_, _) => new(store);
                },
                cluster);
        });
        var host = builder.Build();
        var one = new OneSilo(host, logs, siloPort, gatewayPort);
        try
        {
            await host.StartAsync(cancellationToken);
            return one;
        }
        catch (Exception e)
        {
            host.Dispose();
            throw new InvalidOperationException(string.Join('\n', logs.Lines.Prepend(e.Message)), e);
        }
    }

    /// <summary>Connects a client from outside.</summary>
    public async Task<(IHost Host, HeardLogs Logs)> ConnectAsync(
        Action<ActorsClusterOptions>? cluster, CancellationToken cancellationToken)
    {
        var logs = new HeardLogs();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(GatewayPort);
            client.AddActorsClient(cluster);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return (host, logs);
        }
        catch (Exception e)
        {
            host.Dispose();
            throw new InvalidOperationException(string.Join('\n', logs.Lines.Prepend(e.Message)), e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}

/// <summary>What was logged.</summary>
internal sealed class HeardLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{logLevel}: {formatter(state, exception)}"));

    public void Dispose()
    {
    }
}
