using Actors.Cli.Local;
using Actors.Cli.Rendering;

namespace Actors.Cli.Hosting;

/// <summary>What commands work with: screens, input, clock, engines, all that is outside of the program.</summary>
internal sealed record CliHost
{
    /// <summary>Results; with <c>--json</c> exactly one JSON object.</summary>
    public required Screen Out { get; init; }

    /// <summary>Errors, and with <c>--json</c> progress.</summary>
    public required Screen Error { get; init; }

    /// <summary>Standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads a variable of the environment.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Cancelled by Ctrl-C and SIGTERM.</summary>
    public CancellationToken Interrupted { get; init; }

    /// <summary>Starts engines in this process.</summary>
    public ILocalEngines Engines { get; init; } = new LocalEngines();

    /// <summary>Where progress goes: to the side if the output is for a program.</summary>
    public Screen Progress(bool json) => json ? Error : Out;

    /// <summary>The host of the real program.</summary>
    public static CliHost OfProcess(CancellationToken interrupted) => new()
    {
        Out = new Screen(Console.Out, TerminalForm.Of(Console.IsOutputRedirected)),
        Error = new Screen(Console.Error, TerminalForm.Of(Console.IsErrorRedirected)),
        Input = Console.OpenStandardInput(),
        Interrupted = interrupted,
    };
}
