using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Cli.Tests.Commands;

/// <summary>Stores on a file system that is mounted for reading only, such as a snapshot.</summary>
public sealed class ReadOnlyStoreTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [NeedsMountFact]
    public async Task A_store_that_was_closed_is_read_where_nothing_can_be_written()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_cli.Folder, "a disk?")).FullName;
        using var mount = TmpfsMount.Create(disk, "4m");
        var store = Path.Combine(disk, "50%#1.db");
        (await RunSlowAsync(store, interrupt: true)).Code.ShouldBe(130);
        mount.MakeReadOnly();

        var audit = await _cli.RunAsync("audit", store);
        audit.Code.ShouldBe(0, audit.Error);
        audit.Out.ShouldContain("clean: 1 invocation");
        var list = await _cli.RunAsync("list", "--store", store);
        list.Error.ShouldBeEmpty();
        list.Out.ShouldContain("slow/s1");
        var show = await _cli.RunAsync("show", "slow/s1", "--store", store);
        show.Code.ShouldBe(0, show.Error);
        show.Out.ShouldContain("history");
        var explain = await _cli.RunAsync("explain", "slow/s1", "--store", store);
        explain.Out.ShouldContain("step a waits for the end of its delay");
        Directory.GetFiles(disk).Select(Path.GetFileName).ShouldBe(["50%#1.db", "50%#1.db.lock"], ignoreOrder: true);
    }

    [NeedsMountFact]
    public async Task A_store_with_a_log_beside_it_is_refused_there_with_the_way_out()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_cli.Folder, "disk")).FullName;
        using var mount = TmpfsMount.Create(disk, "4m");
        var store = Path.Combine(disk, "s.db");
        await RunSlowAsync(_cli.Store, interrupt: true, () =>
        {
            // As a process that is killed leaves it; the index of the log is not part of a copy.
            File.Copy(_cli.Store, store);
            File.Copy(_cli.Store + "-wal", store + "-wal");
        });
        new FileInfo(store + "-wal").Length.ShouldBeGreaterThan(0);
        mount.MakeReadOnly();

        foreach (string[] args in new[] { ["audit", store], new[] { "list", "--store", store } })
        {
            var run = await _cli.RunAsync(args);
            run.Code.ShouldBe(2);
            run.Error.ShouldContain($"The store '{store}' can't be read where it is: ");
            run.Error.ShouldContain($"Copy it together with '{store}-wal'");
        }

        var copy = Path.Combine(_cli.Folder, "copy.db");
        File.Copy(store, copy);
        File.Copy(store + "-wal", copy + "-wal");
        (await _cli.RunAsync("audit", copy)).Out.ShouldContain("clean: 1 invocation");
    }

    [NeedsMountFact]
    public async Task A_run_says_that_it_has_to_write()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_cli.Folder, "disk")).FullName;
        using var mount = TmpfsMount.Create(disk, "4m");
        var store = Path.Combine(disk, "s.db");
        (await RunSlowAsync(store, interrupt: true)).Code.ShouldBe(130);
        mount.MakeReadOnly();
        var run = await RunSlowAsync(store, interrupt: false);
        run.Code.ShouldBe(2);
        run.Error.ShouldMatch(@"can't be written to: .*[^.]\. Give this user");
    }

    private async Task<CliResult> RunSlowAsync(string store, bool interrupt, Action? waits = null)
    {
        var file = _cli.File("slow.yaml", "process: slow\nsteps: { a: { delay: 1h } }");
        using var source = new CancellationTokenSource();
        return await _cli.RunAsync(["run", file, "--store", store, "--key", "s1"], source.Token, line =>
        {
            if (!interrupt || !line.Contains("a  waits", StringComparison.Ordinal)) return;
            waits?.Invoke();
            source.Cancel();
        });
    }
}
