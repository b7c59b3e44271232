using System.CommandLine;
using Actors.Cli.Following;
using Actors.Cli.Hosting;

namespace Actors.Cli.Commands;

/// <summary><c>actors watch</c>: shows an invocation of a silo until it has ended.</summary>
internal sealed class WatchCommand(CliHost host) : ICliCommand
{
    private readonly Remote.SiloAddress _silo = new(host);
    private readonly Argument<InvocationId> _id = Shared.Id();
    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("watch", "Show an invocation until it has ended.")
        {
            _id, _silo.Url, _json,
        };
        command.SetAction((parsed, _) => _silo.CallAsync(parsed, (client, token) =>
            new Watching(host, client).RunAsync(
                parsed.GetRequiredValue(_id), _silo.Given(parsed), parsed.GetValue(_json), token)));
        return command;
    }
}
