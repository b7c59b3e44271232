using System.CommandLine;
using Actors.Cli.Files;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;

namespace Actors.Cli.Commands;

/// <summary>
/// <c>actors signal</c>, <c>cancel</c>, <c>pause</c>, <c>resume</c>, <c>retry</c>: does one thing to an invocation of a
/// silo, durable when the command ends.
/// </summary>
internal sealed class SteeringCommand : ICliCommand
{
    private const string RetryName = "retry";

    private readonly CliHost _host;
    private readonly Remote.SiloAddress _silo;
    private readonly string _name;
    private readonly string _description;
    private readonly Symbol[] _own;
    private readonly Func<ParseResult, IActorsClient, InvocationId, CancellationToken, Task<string>> _act;
    private readonly Argument<InvocationId> _id = Shared.Id();
    private readonly Option<bool> _json = Shared.Json();

    private SteeringCommand(
        CliHost host, string name, string description, Symbol[] own,
        Func<ParseResult, IActorsClient, InvocationId, CancellationToken, Task<string>> act)
    {
        _silo = new Remote.SiloAddress(host);
        (_host, _name, _description, _own, _act) = (host, name, description, own, act);
    }

    /// <summary>All of them.</summary>
    public static IEnumerable<SteeringCommand> All(CliHost host) =>
    [
        Signal(host),
        Cancel(host),
        Of(host, "pause", "Start no further step; what runs, ends.", "paused", (c, id, t) => c.PauseAsync(id, t)),
        Of(host, "resume", "Go on after a pause.", "resumed", (c, id, t) => c.ResumeAsync(id, t)),
        Of(host, RetryName, "Run a failed or cancelled invocation on from the steps that failed or were undone.",
            "retried", (c, id, t) => c.RetryAsync(id, t)),
    ];

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command(_name, _description) { _id };
        foreach (var symbol in _own)
        {
            if (symbol is Option option) command.Add(option);
            else command.Add((Argument)symbol);
        }

        command.Add(_silo.Url);
        command.Add(_json);
        command.SetAction((parsed, _) => _silo.CallAsync(parsed, (client, token) => RunAsync(parsed, client, token)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, IActorsClient client, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_id);
        var before = await client.GetAsync(id, cancellationToken);
        var done = await _act(parsed, client, id, cancellationToken);
        var view = await client.GetAsync(id, cancellationToken);
        if (parsed.GetValue(_json))
        {
            _host.Out.WriteRaw(JsonText.Of(InvocationReport.Of(view)));
            return ExitCode.Done;
        }

        var idle = Idle(before, view);
        _host.Out.Write(Line.Of(id.ToString(), Tone.Strong)
            .Add("  " + (idle ?? Said(done, view)), idle is null ? Tone.Plain : Tone.Warn));
        return ExitCode.Done;
    }

    /// <summary>Steering is idempotent: what says the same again, or comes too late, changes nothing.</summary>
    /// <returns>What to say of that; null: it may have changed something.</returns>
    private string? Idle(InvocationView before, InvocationView view)
    {
        // Of what has ended only a retry changes anything; what else comes to its history are its detached steps.
        if (before.HasEnded && view.HasEnded && (_name != RetryName || view.Sequence == before.Sequence))
            return $"has ended already ({Words.Of(view.Status)}); nothing was changed";
        return view.Sequence == before.Sequence ? $"is {Words.Of(view.Status)}; nothing was changed" : null;
    }

    private static string Said(string done, InvocationView view) =>
        view.Status == InvocationStatus.Cancelled ? "cancelled" : done;

    private static SteeringCommand Of(
        CliHost host, string name, string description, string done,
        Func<IActorsClient, InvocationId, CancellationToken, Task> act) =>
        new(host, name, description, [], async (_, client, id, token) =>
        {
            await act(client, id, token);
            return done;
        });

    private static SteeringCommand Cancel(CliHost host)
    {
        var reason = new Option<string?>("--reason") { Description = "Why, for whoever reads the history" };
        return new SteeringCommand(
            host, "cancel", "Cancel an invocation: running steps are told to stop, what was done is undone.", [reason],
            async (parsed, client, id, token) =>
            {
                await client.CancelAsync(id, parsed.GetValue(reason), token);
                return "is being cancelled";
            });
    }

    private static SteeringCommand Signal(CliHost host)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the signal" };
        var data = new Option<string?>("--data")
        {
            Description = $"What it carries: {InputText.Forms}. Default: null",
            HelpName = "JSON|@FILE|-",
        };
        var signalId = new Option<string?>("--signal-id")
        {
            Description = "The same id counts once. Default: a fresh one",
        };
        return new SteeringCommand(
            host, "signal", "Send a signal to an invocation.", [name, data, signalId],
            async (parsed, client, id, token) =>
            {
                var payload = await InputText.ReadAsync(parsed.GetValue(data), "data", host.Input, token);
                await client.SignalAsync(id, parsed.GetRequiredValue(name), payload, parsed.GetValue(signalId), token);
                return $"has signal '{parsed.GetRequiredValue(name)}'";
            });
    }
}
