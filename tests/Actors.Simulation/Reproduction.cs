using System.Reflection;

namespace Actors.Simulation;

/// <summary>How to see a world again.</summary>
internal static class Reproduction
{
    /// <summary>The commit that the simulator was built at; what was changed since is not in it.</summary>
    public static string Commit { get; } =
        typeof(Reproduction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
            .InformationalVersion.Split('+') is [_, var commit]
            ? commit
            : "unknown";

    /// <summary>A line for a shell.</summary>
    /// <param name="arguments">Of the simulator.</param>
    public static string Of(string arguments) =>
        $"again: dotnet run -c Release --project tests/Actors.Simulation -- {arguments}";
}
