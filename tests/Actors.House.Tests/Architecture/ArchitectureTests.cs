using System.Xml.Linq;
using Shouldly;

namespace Actors.House.Tests.Architecture;

public sealed class ArchitectureTests
{
    public static TheoryData<string> AllRooms => [.. Rooms.MayUse.Keys];

    [Fact]
    public void Every_project_of_the_house_has_its_place() => Repository.Projects
        .Where(Rooms.IsRoom)
        .Select(NameOf)
        .ShouldBe(Rooms.MayUse.Keys, ignoreOrder: true);

    [Fact]
    public void Projects_reference_downwards_only() => Repository.Projects
        .Where(Rooms.IsRoom)
        .SelectMany(project => Forbidden(NameOf(project), ReferencesOf(project)))
        .ShouldBeEmpty();

    [Fact]
    public void Only_tests_reference_samples_or_tests() => Repository.Projects
        .Where(project => !project.StartsWith("tests/", StringComparison.Ordinal))
        .SelectMany(project => ReferencesOf(project).Select(used => (project, used)))
        .Where(reference => reference.used.StartsWith("tests/", StringComparison.Ordinal)
            || (Rooms.IsRoom(reference.project) && !Rooms.IsRoom(reference.used)))
        .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(AllRooms))]
    public void What_was_compiled_refers_downwards_only(string room)
    {
        var names = Rooms.MayUse.Keys.ToDictionary(Rooms.AssemblyOf, StringComparer.Ordinal);

        Assembly.Read(Rooms.AssemblyOf(room)).References
            .Where(names.ContainsKey)
            .Select(reference => names[reference])
            .Except(Rooms.MayUse[room])
            .ShouldBeEmpty();
    }

    [Fact]
    public void Core_knows_no_task_clock_logger_container_chance_file_or_network()
    {
        var core = Assembly.Read("Actors.Core");

        Purity.ImpureTypes(core.Types).ShouldBeEmpty();
        Purity.Ambient(core.Members).ShouldBeEmpty();
    }

    [Fact]
    public void Core_stands_on_the_runtime_the_abstractions_and_a_YAML_reader() => Assembly.Read("Actors.Core")
        .References
        .Where(reference => !reference.StartsWith("System.", StringComparison.Ordinal))
        .Except(["Actors.Abstractions", "YamlDotNet", "netstandard", "mscorlib"])
        .ShouldBeEmpty();

    [Fact]
    public void Grains_know_no_store_and_no_host()
    {
        var grains = Assembly.Read("Actors.Grains");

        grains.References
            .Where(reference => Purity.StartsWithAny(reference, "Actors.Storage.", "Actors.Silo", "Orleans"))
            .ShouldBeEmpty();
        grains.Types
            .Where(type => Purity.StartsWithAny(
                type, "Microsoft.AspNetCore.", "Microsoft.Extensions.Hosting.", "SQLitePCL.", "Orleans."))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Grains_block_no_thread_and_take_no_time_or_ids_from_the_air()
    {
        var grains = Assembly.Read("Actors.Grains");

        Purity.Blocking(grains.Members).ShouldBeEmpty();
        Purity.Ambient(grains.Members)
            .Where(member => !Purity.StartsWithAny(member, "System.Environment::"))
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_reference_that_points_upwards_is_found() =>
        Forbidden("Actors.Core", ["src/X/Actors.Abstractions.csproj", "grains/X/Actors.Grains.csproj"])
            .ShouldBe(["Actors.Core may not reference Actors.Grains"]);

    [Fact]
    public void What_this_assembly_uses_is_read_from_its_metadata()
    {
        var self = Assembly.Read("Actors.House.Tests");

        self.References.ShouldContain("Shouldly");
        self.Types.ShouldContain("System.Collections.Generic.Dictionary`2");
        self.Members.ShouldContain("System.Collections.Generic.Dictionary`2::ContainsKey");
        self.Members.ShouldContain("System.IO.File::OpenRead");
        Purity.ImpureTypes(self.Types).ShouldContain("System.IO.File");
    }

    [Theory]
    [InlineData("System.Threading.Tasks.ValueTask`1")]
    [InlineData("System.Threading.Tasks.Task")]
    [InlineData("Microsoft.Extensions.Logging.ILogger")]
    [InlineData("System.IServiceProvider")]
    [InlineData("System.TimeProvider")]
    [InlineData("System.Random")]
    [InlineData("System.IO.Stream")]
    [InlineData("System.Net.Http.HttpClient")]
    public void An_impure_type_is_found(string type) =>
        Purity.ImpureTypes([type, "System.IO.StringReader"]).ShouldBe([type]);

    private static IEnumerable<string> Forbidden(string room, IEnumerable<string> references) => references
        .Select(NameOf)
        .Except(Rooms.MayUse.GetValueOrDefault(room, []))
        .Select(used => $"{room} may not reference {used}");

    private static IEnumerable<string> ReferencesOf(string project) => XDocument.Parse(Repository.Read(project))
        .Descendants("ProjectReference")
        .Select(reference => Repository.Resolve(project, reference.Attribute("Include")!.Value));

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);
}
