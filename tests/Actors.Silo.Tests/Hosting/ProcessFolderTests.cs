using Actors.Silo.Configuration;
using Actors.Silo.Processes;
using Shouldly;

namespace Actors.Silo.Tests.Hosting;

public sealed class ProcessFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-silo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_process_file_is_read_and_nothing_else()
    {
        Write("b.yaml", Process("b"));
        Write("a.yml", Process("a"));
        Write("c.json", """{"process":"c","steps":{"only":{"delay":"1s"}}}""");
        Write("actors.json", "{}");
        Write("notes.txt", "not a process");
        ProcessFolder.Read(_folder).Select(p => p.Map.Process).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void A_missing_folder_has_no_processes() =>
        ProcessFolder.Read(Path.Combine(_folder, "none")).ShouldBeEmpty();

    [Fact]
    public void A_file_in_place_of_the_folder_is_refused() =>
        Should.Throw<SiloStartException>(() => ProcessFolder.Read(Write("a.yaml", Process("a")))).Message.ShouldContain(
            "is a file");

    [Fact]
    public void Every_error_of_every_file_is_told_at_once()
    {
        Write("bad.yaml", "process: bad\nstepz: {}\n");
        Write("worse.yaml", ": : :");
        Write("good.yaml", Process("good"));
        var errors = Should.Throw<DefinitionException>(() => ProcessFolder.Read(_folder)).Errors;
        errors.ShouldContain(e => e.File!.EndsWith("bad.yaml", StringComparison.Ordinal) &&
            e.Message.Contains("stepz"));
        errors.ShouldContain(e => e.File!.EndsWith("worse.yaml", StringComparison.Ordinal));
        errors.ShouldNotContain(e => e.File!.EndsWith("good.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_files_of_one_process_are_refused()
    {
        Write("a.yaml", Process("same"));
        Write("b.yaml", Process("same"));
        Should.Throw<DefinitionException>(() =>
            ProcessFolder.Read(_folder)).Errors.ShouldHaveSingleItem().Message.ShouldContain("a.yaml");
    }

    private static string Process(string name) => $"process: {name}\nsteps:\n  only:\n    delay: 1s\n";

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
