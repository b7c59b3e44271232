using System.Globalization;
using System.Net.Sockets;
using Actors.Silo.Configuration;
using Actors.Silo.Embedded;
using Microsoft.AspNetCore.Connections;

namespace Actors.Silo.Hosting;

/// <summary>Runs a silo from start to graceful stop.</summary>
public static class SiloRunner
{
    /// <summary>Exit code of a silo that ran and was stopped.</summary>
    public const int Stopped = 0;

    /// <summary>Exit code of a silo that was not started: settings, processes, store or port.</summary>
    public const int Refused = 2;

    /// <summary>
    /// Exit code of a silo whose store has stopped (a flush failed), was taken over by another process, or can't be
    /// taken over: restart it.
    /// </summary>
    public const int Lost = 3;

    /// <summary>
    /// Starts a silo and runs it until SIGTERM, Ctrl-C or the token; then it takes no more requests, lets those that
    /// run and the engine come to rest, and ends.
    /// </summary>
    /// <param name="build">Makes the application; what it throws counts as a refusal where it is one.</param>
    /// <param name="output">Told where the silo listens, and that it has stopped.</param>
    /// <param name="error">Told why the silo was not started, in one paragraph.</param>
    /// <param name="cancellationToken">Stops the silo.</param>
    /// <returns>
    /// The exit code: <see cref="Stopped"/>, <see cref="Refused"/> or <see cref="Lost"/>.
    /// </returns>
    public static async Task<int> RunAsync(
        Func<WebApplication> build, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        WebApplication app;
        try
        {
            app = build();
        }
        catch (Exception e) when (Refusal(e) is { } reason)
        {
            await error.WriteLineAsync(reason);
            return Refused;
        }

        await using (app)
        {
            try
            {
                await StartAsync(app, cancellationToken);
            }
            catch (Exception e) when (Refusal(e) is { } reason)
            {
                await error.WriteLineAsync(reason);
                return Refused;
            }

            await output.WriteLineAsync($"actors: listening on {string.Join(", ", app.Urls)}; stop with Ctrl-C");
            var failure = await EndAsync(app, cancellationToken);
            if (failure is not null) await error.WriteLineAsync($"actors: {failure.Message}");
            await output.WriteLineAsync("actors: stopped");
            return failure is null ? Stopped : Lost;
        }
    }

    /// <summary>Starts a silo that was built.</summary>
    /// <exception cref="SiloStartException">
    /// A port is in use or an address can't be bound; the message names it and the way out.
    /// </exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new SiloStartException(PortInUse(Configured(app)), e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new SiloStartException(
                $"the silo can't listen on {Configured(app)}: {e.Message}; choose another address with --urls " +
                "http://127.0.0.1:PORT", e);
        }
    }

    /// <returns>Why it ended by itself; null: it was stopped.</returns>
    private static async Task<Exception?> EndAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var ending = app.WaitForShutdownAsync(cancellationToken);
        var failed = app.Services.GetService<ActorsEngine>()?.Failed;
        if (failed is null || await Task.WhenAny(ending, failed) == ending)
        {
            await ending;
            return null;
        }

        await app.StopAsync(CancellationToken.None);
        await ending;
        return await failed;
    }

    /// <summary>The paragraph for people if an exception is a refusal to start; null if it is a defect.</summary>
    public static string? Refusal(Exception exception) => exception switch
    {
        SiloStartException e => $"actors: {e.Message}",
        DefinitionException e => string.Join(Environment.NewLine, e.Errors),
        ActorsException e => $"actors: {e.Message}",
        _ => null,
    };

    private static string PortInUse(string addresses)
    {
        var ports = string.Join(", ", addresses.Split(", ")
            .Select(a => new Uri(a).Port.ToString(CultureInfo.InvariantCulture)).Distinct(StringComparer.Ordinal));
        return $"port {ports} is in use: another program, perhaps another silo, listens on {addresses}; stop it, or " +
            "choose another port with --urls http://127.0.0.1:PORT (port 0: any that is free)";
    }

    private static string Configured(WebApplication app) =>
        string.Join(", ", app.Services.GetRequiredService<SiloOptions>().Urls);
}
