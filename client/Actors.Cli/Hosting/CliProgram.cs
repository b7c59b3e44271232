using System.CommandLine;
using Actors.Cli.Commands;
using Actors.Cli.Rendering;
using Actors.Journal;
using Actors.Silo.Configuration;

namespace Actors.Cli.Hosting;

/// <summary>
/// The program: finds the command, runs it, and turns what goes wrong into one paragraph and an exit code.
/// </summary>
internal sealed class CliProgram(CliHost host)
{
    private const string Description = "Durable processes: run them here, or steer those of a silo.";

    // '@' stands for files of JSON, not for files of arguments.
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: one of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(Description);
        foreach (var command in Commands()) root.Add(command.Build());
        HelpWithExitCodes.AddTo(root);
        var parsed = root.Parse(args, Parser);
        var json = args.Contains("--json", StringComparer.Ordinal);
        if (parsed.Errors.Count > 0)
        {
            Refuse(UsageText.Of(parsed), "usage", json);
            return ExitCode.Refused;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = host.Out.Writer,
                Error = host.Error.Writer,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException) when (host.Interrupted.IsCancellationRequested)
        {
            host.Error.Write("interrupted", Tone.Warn);
            if (json) host.Out.WriteRaw(JsonText.Of(ErrorReport.Interrupted("interrupted")));
            return ExitCode.Interrupted;
        }
        catch (DefinitionException e)
        {
            host.Error.Write(ErrorText.Of(e.Errors));
            if (json) host.Out.WriteRaw(JsonText.Of(new { Error = new { Type = e.FailureType, e.Message, e.Errors } }));
            return ExitCode.Refused;
        }
        catch (Exception e)
        {
            var (type, message) = Refusal(e);
            Refuse(message, type, json);
            return e is StoreStoppedException ? ExitCode.StoreStopped : ExitCode.Refused;
        }
    }

    private ICliCommand[] Commands() =>
    [
        new RunCommand(host), new ValidateCommand(host), new ServeCommand(host), new StartCommand(host),
        new ListCommand(host), new ShowCommand(host), new ExplainCommand(host), new WatchCommand(host),
        .. SteeringCommand.All(host), new ImportCommand(host), new AuditCommand(host),
        new StoreCommand(host),
    ];

    private static (string Type, string Message) Refusal(Exception exception) => exception switch
    {
        RefusedException e => (e.Type, e.Message),
        ActorsException e => (e.FailureType, e.Message),
        SiloStartException e => ("silo-start", e.Message),
        IOException or UnauthorizedAccessException => ("io", exception.Message),
        _ => ("defect",
            $"this is a defect of actors, not of what you did: {exception.GetType().Name}: {exception.Message}; " +
            "please report it with the command that shows it"),
    };

    private void Refuse(string message, string type, bool json)
    {
        host.Error.Write(Line.Lines($"actors: {message}", Tone.Bad));
        if (json) host.Out.WriteRaw(JsonText.Of(new ErrorReport(new ErrorBody(type, message))));
    }
}
