using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.EndToEnd.Tests.Faults;
using Actors.EndToEnd.Tests.Scenarios;
using Shouldly;

namespace Actors.EndToEnd.Tests.Samples;

/// <summary>
/// <c>actors run samples/01-order-fulfilment --url ...</c> against a silo program that was started without a word about
/// the sample.
/// </summary>
public sealed class SampleOnSiloTests : IDisposable
{
    // The shop is built, too.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("actors-sample-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task The_sample_runs_on_a_silo_that_is_running_already() => RunAsync();

#if ORLEANS
    [Fact]
    public Task The_sample_runs_on_an_Orleans_silo_that_is_running_already() =>
        RunAsync(
            "--host", "orleans", "--silo-port", $"{FaultServer.FreePort()}",
            "--gateway-port", $"{FaultServer.FreePort()}");
#endif

    private async Task RunAsync(params string[] more)
    {
        using var late = new CancellationTokenSource(Patience);
        await WriteSampleAsync(late.Token);
        await using var silo = ChildProgram.Start(
            "Actors.Silo", new Dictionary<string, string>(StringComparer.Ordinal),
            [
                "--urls", "http://127.0.0.1:0", "--store", Path.Combine(_folder, "actors.db"), "--logs", "none",
                .. more,
            ]);
        var url = await AddressAsync(silo, late.Token);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var host = new CliHost
        {
            Out = new Screen(output, ScreenForm.Piped),
            Error = new Screen(error, ScreenForm.Piped),
            Input = Stream.Null,
            Interrupted = late.Token,
        };
        var code = await new CliProgram(host).RunAsync(["run", Path.Combine(_folder, "sample"), "--url", url]);
        code.ShouldBe(0, error.ToString());
        output.ToString().ShouldContain("order-fulfilment: 4 of 4 cases as expected");
    }

    /// <summary>The sample's files, with its shop on a port that is free on this machine.</summary>
    private async Task WriteSampleAsync(CancellationToken cancellationToken)
    {
        var sample = Repository.Folder("samples/01-order-fulfilment");
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "sample")).FullName;
        var process = await File.ReadAllTextAsync(Path.Combine(sample, "order-fulfilment.yaml"), cancellationToken);
        process.ShouldContain("http://127.0.0.1:5100");
        await File.WriteAllTextAsync(
            Path.Combine(copy, "order-fulfilment.yaml"),
            process.Replace("127.0.0.1:5100", $"127.0.0.1:{FaultServer.FreePort()}", StringComparison.Ordinal),
            cancellationToken);
        var scenario = await File.ReadAllTextAsync(Path.Combine(sample, "scenario.yaml"), cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(copy, "scenario.yaml"),
            scenario.Replace("project: Shop", $"project: {Path.Combine(sample, "Shop")}", StringComparison.Ordinal),
            cancellationToken);
    }

    private static async Task<string> AddressAsync(ChildProgram silo, CancellationToken cancellationToken)
    {
        while (await silo.HearAsync(cancellationToken) is { } line)
        {
            var at = line.IndexOf("http://", StringComparison.Ordinal);
            if (at >= 0) return line[at..].Split(';')[0];
        }

        throw new InvalidOperationException($"the silo has ended:\n{silo.Errors}");
    }
}
