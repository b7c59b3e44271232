using Microsoft.Win32.SafeHandles;
using Shouldly;

namespace Actors.Cli.Tests.Commands;

public sealed class AuditTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_sound_store_is_clean_and_stays_as_it_was()
    {
        await MakeAsync();
        var before = await File.ReadAllBytesAsync(_cli.Store);
        var run = await _cli.RunAsync("audit", _cli.Store);
        run.Code.ShouldBe(0);
        run.Out.Trim().ShouldBe("ok clean: 1 invocation, 0 entities, 7 events");
        (await File.ReadAllBytesAsync(_cli.Store)).ShouldBe(before);
        var json = (await _cli.RunAsync("audit", _cli.Store, "--json")).Json;
        json.GetProperty("clean").GetBoolean().ShouldBeTrue();
        json.GetProperty("invocations").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_damaged_store_is_said_to_be_and_where()
    {
        await MakeAsync();
        Replace("\"first-of-all\""u8, "\"first-of-ill\""u8);
        var run = await _cli.RunAsync("audit", _cli.Store);
        run.Code.ShouldBe(1);
        run.Out.ShouldContain("Journal: ");
        run.Out.ShouldContain("at sequence 1");
        run.Out.ShouldContain("checksum");
        run.Out.ShouldContain("Keep a copy of the store");
        var json = (await _cli.RunAsync("audit", _cli.Store, "--json")).Json;
        json.GetProperty("findings")[0].GetProperty("sequence").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_was_cut_off_is_said_to_be_damaged()
    {
        await MakeAsync();
        var sound = await File.ReadAllBytesAsync(_cli.Store);
        await File.WriteAllBytesAsync(_cli.Store, sound[..(sound.Length / 2)]);

        var run = await _cli.RunAsync("audit", _cli.Store);
        run.Code.ShouldBe(1, run.Error);
        run.Out.ShouldContain("Store: ");
        run.Out.ShouldContain("damaged");
        var json = (await _cli.RunAsync("audit", _cli.Store, "--json")).Json;
        json.GetProperty("clean").GetBoolean().ShouldBeFalse();
        json.GetProperty("findings")[0].GetProperty("rule").GetString().ShouldBe("store");
    }

    /// <summary>Bytes all over the file: an answer each time, never an exception.</summary>
    [Fact]
    public async Task No_byte_that_is_flipped_makes_the_audit_fail()
    {
        await MakeAsync();
        var sound = await File.ReadAllBytesAsync(_cli.Store);
        var found = 0;
        const int step = 97;
        for (var at = 100; at < sound.Length; at += step)
        {
            var spoilt = (byte[])sound.Clone();
            spoilt[at] ^= 0xFF;
            await File.WriteAllBytesAsync(_cli.Store, spoilt);
            var run = await _cli.RunAsync("audit", _cli.Store);
            run.Code.ShouldBeInRange(0, 2, $"byte {at}");
            run.Error.ShouldNotContain("defect of actors", Case.Insensitive, $"byte {at}");
            if (run.Code != 0) found++;
        }

        found.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_is_no_store_is_refused()
    {
        var missing = await _cli.RunAsync("audit", Path.Combine(_cli.Folder, "none.db"));
        missing.Code.ShouldBe(2);
        missing.Error.ShouldContain("There is no store");
        var text = await _cli.RunAsync("audit", _cli.File("notes.txt", "these are notes, and no store at all"));
        text.Code.ShouldBe(2);
        text.Error.ShouldContain("it is a file of another kind");
    }

    private async Task MakeAsync()
    {
        var file = _cli.File("p.yaml", """
            process: p
            steps:
              one: { simulate: 1ms }
              two: { after: one, delay: 1ms }
            """);
        var run = await _cli.RunAsync("run", file, "--store", _cli.Store, "--input", "\"first-of-all\"");
        run.Code.ShouldBe(0, run.Error);
    }

    private void Replace(ReadOnlySpan<byte> what, ReadOnlySpan<byte> with)
    {
        var bytes = File.ReadAllBytes(_cli.Store);
        var at = bytes.AsSpan().IndexOf(what);
        at.ShouldBeGreaterThan(0);
        using SafeFileHandle file = File.OpenHandle(_cli.Store, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, with, at);
    }
}
