using System.Diagnostics;

namespace Actors.Cli.Scenarios;

/// <summary>Builds the .NET project of a service, from a fresh clone if need be, and says how to start it.</summary>
internal static class ServiceBuild
{
    private const int OutputLinesMax = 40;

    /// <summary>Program and first arguments that run the project.</summary>
    /// <exception cref="ScenarioException">There is no such project, or it does not build.</exception>
    public static async Task<IReadOnlyList<string>> BuildAsync(
        string service, string project, CancellationToken cancellationToken)
    {
        if (!File.Exists(project) && !Directory.Exists(project))
            throw new ScenarioException($"service '{service}': there is no project '{project}'");

        // No build servers: they would outlive the run, and hold on to the pipes that this reads to their end.
        var start = new ProcessStartInfo(DotNet)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            ArgumentList =
            {
                "build", project, "-c", "Release", "--nologo", "-t:Build", "-getProperty:TargetPath",
                "-nodeReuse:false", "-p:UseSharedCompilation=false",
            },
        };
        CleanEnvironment(start);
        using var build = Process.Start(start) ??
            throw new ScenarioException($"service '{service}': '{DotNet}' could not be started");
        try
        {
            build.StandardInput.Close();
            var errors = build.StandardError.ReadToEndAsync(cancellationToken);
            var output = await build.StandardOutput.ReadToEndAsync(cancellationToken);
            await build.WaitForExitAsync(cancellationToken);
            var target = output.Trim();
            if (build.ExitCode == 0 && File.Exists(target)) return [DotNet, "exec", target];
            var printed = $"{output}\n{await errors}".Split('\n', StringSplitOptions.RemoveEmptyEntries);
            throw new ScenarioException(string.Join('\n', printed.TakeLast(OutputLinesMax)
                .Prepend($"service '{service}': project '{project}' does not build:")));
        }
        finally
        {
            if (!build.HasExited) build.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Removes what a surrounding <c>dotnet run</c> or <c>dotnet test</c> tells its own build.</summary>
    public static void CleanEnvironment(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(IsOfBuild).ToArray()) start.Environment.Remove(name);
    }

    private static string DotNet =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";

    private static bool IsOfBuild(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) ||
        name is "ASPNETCORE_URLS" or "DOTNET_URLS" or "DOTNET_LAUNCH_PROFILE";
}
