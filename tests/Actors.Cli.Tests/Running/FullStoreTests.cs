using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Cli.Tests.Running;

/// <summary>A run whose disk is full waits for room: whoever looks at it has to know why nothing happens.</summary>
public sealed class FullStoreTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [NeedsMountTheory]
    [InlineData("run", "PROCESS")]
    [InlineData("run", "SCENARIO")]
    public async Task A_run_says_when_its_disk_is_full_and_when_it_goes_on(string command, string what)
    {
        // A log that was copied into the file has room in itself: so many steps need more.
        var steps = Enumerable.Range(1, 60).Select(i =>
            $"\n  b{i}: {{ delay: 1ms, after: [{(i == 1 ? "a" : $"b{i - 1}")}] }}");
        var file = _cli.File("simple.yaml", "process: simple\nsteps:\n  a: { delay: 1s }" + string.Concat(steps));
        _cli.File("scenario.yaml", "scenario: one\ncases: [{ name: only, process: simple }]");
        var disk = Directory.CreateDirectory(Path.Combine(_cli.Folder, "disk")).FullName;
        using var mount = TmpfsMount.Create(disk, "4m");
        var (store, filler) = (Path.Combine(disk, "s.db"), Path.Combine(disk, "filler"));
        using var giveUp = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var filled = "never";
        using var begun = new Timer(_ => filled = Fill(filler));
        var run = await _cli.RunAsync(
            [command, what == "PROCESS" ? file : _cli.Folder, "--store", store], giveUp.Token, line =>
            {
                if (line.Contains(" a    waits", StringComparison.Ordinal)) filled = Fill(filler);
                if (line.Contains("1/1", StringComparison.Ordinal))
                    begun.Change(TimeSpan.FromMilliseconds(600), Timeout.InfiniteTimeSpan);
                if (line.Contains("no room", StringComparison.Ordinal)) File.Delete(filler);
            });
        run.Code.ShouldBe(0, run.Out + run.Error);
        filled.ShouldBe("0 bytes free");
        run.Error.TrimEnd().Split('\n').ShouldBe(
        [
            $"there is no room for the store {store}: nothing is lost; make room on its disk, and the run goes on",
            "the store has room again: the run goes on",
        ]);
    }

    private static string Fill(string path)
    {
        var block = new byte[4096];
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Delete, bufferSize: 0);
            while (true) file.Write(block);
        }
        catch (IOException e)
        {
            var free = new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
            return free == 0 ? "0 bytes free" : $"{free} bytes free: {e.Message}";
        }
    }
}

/// <summary>A theory that mounts a file system; skipped where that is not possible.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsMountTheoryAttribute : TheoryAttribute
{
    public NeedsMountTheoryAttribute() => Skip = TmpfsMount.Obstacle;
}
