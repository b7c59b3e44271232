using Actors.Silo.Hosting;

namespace Actors.Cli.Hosting;

/// <summary>What the program's exit code says. Documented in <c>--help</c>; scripts decide by it.</summary>
internal static class ExitCode
{
    /// <summary>Done: completed, valid, as expected.</summary>
    public const int Done = 0;

    /// <summary>An invocation failed or was cancelled, or a scenario did not go as expected.</summary>
    public const int Failed = 1;

    /// <summary>Nothing was done: a wrong command, file or input, a store that can't be opened, no silo.</summary>
    public const int Refused = 2;

    /// <summary>The store took no more appends; what was recorded is safe, and a new process goes on with it.</summary>
    public const int StoreStopped = SiloRunner.Lost;

    /// <summary>Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;

    /// <summary>The text of <c>--help</c>.</summary>
    public const string Help =
        """
        Exit codes:
          0    Done: completed, valid, as expected
          1    Failed or cancelled, or not as expected
          2    Refused: wrong command, file or input, a store that can't be opened, no silo
          3    The store stopped: a flush failed, or another process took it over; run it again
          130  Interrupted (Ctrl-C, SIGTERM)

        """;
}
