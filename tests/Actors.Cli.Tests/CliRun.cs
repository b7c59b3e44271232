using System.Text;
using System.Text.Json;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;

namespace Actors.Cli.Tests;

/// <summary>What a run of the program printed, and its exit code.</summary>
internal sealed record CliResult(int Code, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;
}

/// <summary>Runs the program in this process, with a folder of its own.</summary>
internal sealed class CliRun : IDisposable
{
    public CliRun() => Folder = Directory.CreateTempSubdirectory("actors-cli-tests-").FullName;

    public string Folder { get; }

    public string Input { get; set; } = "";

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public string Store => Path.Combine(Folder, "actors.db");

    public string File(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public async Task<CliResult> RunAsync(string[] args, CancellationToken interrupted, Action<string>? printed = null)
    {
        using var output = new Writer(printed);
        using var error = new Writer(printed);
        var host = new CliHost
        {
            Out = new Screen(output, ScreenForm.Piped),
            Error = new Screen(error, ScreenForm.Piped),
            Input = new MemoryStream(Encoding.UTF8.GetBytes(Input)),
            Environment = name => Environment.GetValueOrDefault(name),
            Interrupted = interrupted,
        };
        var code = await new CliProgram(host).RunAsync(args);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    public Task<CliResult> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private sealed class Writer(Action<string>? printed) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            printed?.Invoke(value ?? "");
        }
    }
}
