using System.Collections.Immutable;
using System.Text;
using Actors.Cli.Hosting;
using Actors.Cli.Local;
using Actors.Core.Definitions;
using Actors.Definitions;
using Actors.Journal;

namespace Actors.Cli.Remote;

/// <summary>A silo to which the processes of a run were deployed. It goes on when the run is over.</summary>
internal sealed class DeployedEngine : IRunEngine
{
    private DeployedEngine(IActorsClient client) => Client = client;

    /// <inheritdoc/>
    public IActorsClient Client { get; }

    /// <inheritdoc/>
    public StoreHealth Health => StoreHealth.Ready;

    /// <summary>Deploys all of them.</summary>
    /// <exception cref="RefusedException">The silo hosts another process of one of their names.</exception>
    public static async Task<IRunEngine> OpenAsync(
        IActorsClient client, string url, ImmutableArray<StepMap> processes, CancellationToken cancellationToken)
    {
        foreach (var map in processes)
        {
            var text = Payload.FromUtf8(Encoding.UTF8.GetBytes(StepMapJson.Write(map)));
            try
            {
                await client.DeployAsync(text, cancellationToken);
            }
            catch (ConflictException e)
            {
                throw new RefusedException(
                    $"{e.Message}. To start what the silo has: actors start {map.Process} --wait --url {url}",
                    e.FailureType);
            }
        }

        return new DeployedEngine(client);
    }

    /// <summary>
    /// Where the silo will look for the services of a scenario: where the processes say, because only the silo's own
    /// settings could tell it anything else.
    /// </summary>
    /// <exception cref="RefusedException">The processes do not say it, or not alike.</exception>
    public static ImmutableSortedDictionary<string, Uri> AddressesOf(
        IEnumerable<string> services, ImmutableArray<StepMap> processes) =>
        services.ToImmutableSortedDictionary(name => name, name => AddressOf(name, processes), StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Uri AddressOf(string service, ImmutableArray<StepMap> processes)
    {
        var urls = processes
            .Select(map => map.Services.GetValueOrDefault(service)?.Url)
            .OfType<string>().Where(url => url.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
        if (urls is [var one] && Uri.TryCreate(one, UriKind.Absolute, out var address) &&
            address is { IsLoopback: true, Scheme: "http", PathAndQuery: "/" })
            return address;
        throw new RefusedException(
            $"a silo calls service '{service}' where the process file says, which is " +
            (urls.Length == 0 ? "nowhere" : string.Join(" and ", urls)) +
            $"; for a run with --url write one address such as 'services: {{ {service}: {{ url: " +
            "http://127.0.0.1:5100 } }' there", "service-address");
    }
}
