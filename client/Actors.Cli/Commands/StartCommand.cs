using System.CommandLine;
using Actors.Cli.Files;
using Actors.Cli.Following;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;

namespace Actors.Cli.Commands;

/// <summary><c>actors start</c>: starts an invocation in a silo.</summary>
internal sealed class StartCommand(CliHost host) : ICliCommand
{
    private readonly Remote.SiloAddress _silo = new(host);
    private readonly Argument<string> _process = new("PROCESS") { Description = "Name of a process of the silo" };

    private readonly Option<string?> _input = new("--input")
    {
        Description = $"Input: {InputText.Forms}. Default: null",
        HelpName = "JSON|@FILE|-",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Idempotency key, which becomes the invocation's id. Default: by the process's 'key', else a " +
            "fresh one",
        HelpName = "KEY",
    };

    private readonly Option<string?> _tenant = new("--tenant") { Description = "Tenant. Default: default" };

    private readonly Option<StartPolicy?> _policy =
        Shared.Word<StartPolicy>("--policy", "What happens if the key is taken. Default: attach");

    private readonly Option<bool> _wait = new("--wait")
    {
        Description = "Show how it goes until it has ended; the exit code says how",
    };

    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("start", "Start an invocation in a silo.")
        {
            _process, _input, _key, _tenant, _policy, _wait, _silo.Url, _json,
        };
        command.SetAction((parsed, _) => StartAsync(parsed));
        return command;
    }

    private async Task<int> StartAsync(ParseResult parsed)
    {
        var json = parsed.GetValue(_json);
        var request = new StartRequest(
            parsed.GetRequiredValue(_process),
            await InputText.ReadAsync(parsed.GetValue(_input), "input", host.Input, host.Interrupted))
        {
            Key = parsed.GetValue(_key),
            Tenant = parsed.GetValue(_tenant) ?? Names.DefaultTenant,
            Policy = parsed.GetValue(_policy) ?? StartPolicy.Attach,
        };
        return await _silo.CallAsync(parsed, async (client, token) =>
        {
            var started = await client.StartAsync(request, token);
            if (!json || parsed.GetValue(_wait))
            {
                host.Progress(json).Write(Line.Of(started.Id.ToString(), Tone.Strong)
                    .Add(started.Created ? "  started" : $"  exists already, {Words.Of(started.Status)}"));
            }

            if (parsed.GetValue(_wait))
                return await new Watching(host, client).RunAsync(started.Id, _silo.Given(parsed), json, token);
            if (json)
            {
                host.Out.WriteRaw(JsonText.Of(new
                {
                    InvocationId = started.Id.Id, started.Id.Tenant, started.Id.Process, started.Status,
                    started.Created, started.CorrelationId,
                }));
            }

            return ExitCode.Done;
        });
    }
}
