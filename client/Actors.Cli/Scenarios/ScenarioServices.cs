using System.Collections.Immutable;

namespace Actors.Cli.Scenarios;

/// <summary>The services of a scenario, running. Disposing ends them, last started first.</summary>
internal sealed class ScenarioServices : IAsyncDisposable
{
    private readonly Stack<ServiceProcess> _running = new();

    private ScenarioServices()
    {
    }

    /// <summary>The processes, in the order they were started.</summary>
    public IEnumerable<ServiceProcess> Running => _running.Reverse();

    /// <summary>Where each service listens, by name: the override for <c>services</c> of process files.</summary>
    public ImmutableSortedDictionary<string, Uri> Urls => ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal, _running.Select(service => KeyValuePair.Create(service.Name, service.Url)));

    /// <summary>Builds (one after the other) and starts all services, in the order of the file.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="folder">Its folder; paths are relative to it, and it is the services' working directory.</param>
    /// <param name="data">Folder for their files, <c>{data}</c> in arguments; made if it is not there.</param>
    /// <param name="say">Receives one line per thing that takes a while.</param>
    /// <param name="time">For timeouts.</param>
    /// <param name="cancellationToken">Gives up; nothing is left running.</param>
    /// <param name="places">Where they have to listen; null: each on a free port.</param>
    /// <exception cref="ScenarioException">One does not build or start; nothing is left running.</exception>
    public static async Task<ScenarioServices> StartAsync(
        Scenario scenario, string folder, string data, Action<string> say, TimeProvider time,
        CancellationToken cancellationToken = default, IReadOnlyDictionary<string, Uri>? places = null)
    {
        var services = new ScenarioServices();
        try
        {
            var fullData = Directory.CreateDirectory(data).FullName;
            foreach (var service in scenario.Services)
            {
                var program = await ProgramAsync(service, folder, say, cancellationToken);
                var running = await ServiceProcess.StartAsync(
                    service, program, Path.GetFullPath(folder), fullData, time, cancellationToken,
                    places?[service.Name]);
                services._running.Push(running);
                var address = running.Url.GetLeftPart(UriPartial.Authority);
                say($"{service.Name} listens on {address} (process {running.Id})");
            }

            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var service)) await service.DisposeAsync();
    }

    private static async Task<IReadOnlyList<string>> ProgramAsync(
        ScenarioService service, string folder, Action<string> say, CancellationToken cancellationToken)
    {
        if (service.Project is not { } project) return service.Command;
        var path = Path.GetFullPath(project, Path.GetFullPath(folder));
        say($"building {service.Name} ({project})");
        return await ServiceBuild.BuildAsync(service.Name, path, cancellationToken);
    }
}
