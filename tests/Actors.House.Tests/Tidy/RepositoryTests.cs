using System.Text.RegularExpressions;
using Shouldly;

namespace Actors.House.Tests.Tidy;

public sealed partial class RepositoryTests
{
    private const int ReadmeLinesMax = 150;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("LICENSE")]
    [InlineData("actors")]
    [InlineData(".ci/run")]
    public void The_root_holds_what_everybody_looks_for(string file) => Repository.Files.ShouldContain(file);

    [Fact]
    public void Every_project_is_in_the_solution() =>
        Repository.Projects.Order(StringComparer.Ordinal).ShouldBe(InSolution(Repository.Read("Actors.sln")));

    [Fact]
    public void Every_project_has_a_lock_file() => Repository.Projects
        .Select(project => Repository.Resolve(project, "packages.lock.json"))
        .Where(locked => !Repository.Files.Contains(locked))
        .ShouldBeEmpty();

    [Fact]
    public void Decisions_are_numbered_and_no_number_is_used_twice() =>
        DecisionProblems(Repository.Files).ShouldBeEmpty();

    [Fact]
    public void Every_sample_explains_itself_and_is_named_in_the_README()
    {
        var readme = Repository.Exists("README.md") ? Repository.Read("README.md") : null;

        SampleProblems(Repository.Files, readme).ShouldBeEmpty();
    }

    [Fact]
    public void The_README_is_shorter_than_150_lines() => Repository.Files
        .Where(file => file == "README.md" && Repository.Read(file).Split('\n').Length > ReadmeLinesMax)
        .ShouldBeEmpty();

    [Fact]
    public void Commands_in_documents_name_projects_that_exist() => Repository.WithExtension(".md")
        .SelectMany(file => Markdown.ProjectsOfCommands(Repository.Read(file)).Select(project => (file, project)))
        .Where(command => !Markdown.NamesProject(command.project))
        .ShouldBeEmpty();

    [Fact]
    public void Links_between_documents_lead_somewhere() => Repository.WithExtension(".md")
        .SelectMany(file => Markdown.RelativeLinks(Repository.Read(file)).Select(link => (file, link)))
        .Where(found => !Path.Exists(Repository.Absolute(Repository.Resolve(found.file, found.link))))
        .ShouldBeEmpty();

    [Fact]
    public void No_file_names_a_path_of_one_machine() => Matching(TextRules.MachinePath).ShouldBeEmpty();

    [Fact]
    public void No_file_names_where_packages_come_from() => Matching(TextRules.RegistryHost).ShouldBeEmpty();

    [Fact]
    public void No_text_leaves_a_note_for_later() => TextRules.Files
        .Where(file => !file.EndsWith(".cs", StringComparison.Ordinal))
        .SelectMany(file => TextRules.Matches(file, Repository.Read(file), SyntaxRules.NoteWord))
        .ShouldBeEmpty();

    [Fact]
    public void A_number_used_twice_and_a_decision_without_number_are_found()
    {
        const string folder = "docs/decisions/";

        DecisionProblems([folder + "0001-a.md", folder + "0001-b.md", folder + "0002-c.md", folder + "notes.md"])
            .ShouldBe([folder + "0001-b.md: the number 0001 is taken", folder + "notes.md: not named NNNN-title.md"]);
    }

    [Fact]
    public void A_dead_sample_is_found() => SampleProblems(
        ["samples/01-a/README.md", "samples/02-b/x.yaml", "samples/Directory.Build.props"], "see samples/01-a")
        .ShouldBe(["samples/02-b: has no README.md", "samples/02-b: the root's README.md does not name it"]);

    [Fact]
    public void Projects_are_read_off_the_solution() => InSolution("""
        Project("{1}") = "samples", "samples", "{2}"
        Project("{1}") = "Shop", "samples\Shop\Shop.csproj", "{3}"
        Project("{1}") = "Cli", "client/Cli/Cli.csproj", "{3}"
        """).ShouldBe(["client/Cli/Cli.csproj", "samples/Shop/Shop.csproj"]);

    [Fact]
    public void Commands_and_links_are_read_off_documents()
    {
        const string text = """
            See [the map](docs/map.md#rooms) and [elsewhere](https://example.org).
            ```bash
            dotnet run -c Release --project client/Nowhere -- run "samples/[x](y.md)"
            $ dotnet test Actors.sln
            dotnet --info
            ```
            """;

        Markdown.RelativeLinks(text).ShouldBe(["docs/map.md"]);
        Markdown.ProjectsOfCommands(text).ShouldBe(["client/Nowhere", "Actors.sln"]);
        Markdown.NamesProject("client/Nowhere").ShouldBeFalse();
        Markdown.NamesProject("client/Actors.Cli").ShouldBeTrue();
    }

    [Theory]
    [InlineData("cd /ho" + "me/ann/actors", true)]
    [InlineData("\"C:\\Us" + "ers\\ann\"", true)]
    [InlineData("GET /v1/wo" + "rk/items", false)]
    [InlineData("../ro" + "ot/etc", false)]
    public void A_path_of_one_machine_is_told_from_a_route(string line, bool found) =>
        TextRules.MachinePath.IsMatch(line).ShouldBe(found);

    [Theory]
    [InlineData("https://www.nuget" + ".org/packages/X", true)]
    [InlineData("NuGet's public gallery", false)]
    public void A_host_of_packages_is_found(string line, bool found) =>
        TextRules.RegistryHost.IsMatch(line).ShouldBe(found);

    private static IEnumerable<string> Matching(Regex rule) =>
        TextRules.Files.SelectMany(file => TextRules.Matches(file, Repository.Read(file), rule));

    private static IEnumerable<string> InSolution(string solution) => ProjectLine.Matches(solution)
        .Select(match => match.Groups["path"].Value.Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> DecisionProblems(IEnumerable<string> files)
    {
        HashSet<string> taken = [];
        foreach (var file in files.Where(file => file.StartsWith("docs/decisions/", StringComparison.Ordinal)))
        {
            var name = DecisionName.Match(file);
            var number = name.Groups["number"].Value;
            if (!name.Success) yield return $"{file}: not named NNNN-title.md";
            else if (!taken.Add(number)) yield return $"{file}: the number {number} is taken";
        }
    }

    /// <param name="files">All files of the repository.</param>
    /// <param name="readme">The root's README; null where there is none.</param>
    private static IEnumerable<string> SampleProblems(IReadOnlyCollection<string> files, string? readme)
    {
        var samples = files.Select(file => file.Split('/')).Where(parts => parts is ["samples", _, _, ..])
            .Select(parts => parts[1]).Distinct(StringComparer.Ordinal);
        foreach (var sample in samples)
        {
            if (!files.Contains($"samples/{sample}/README.md")) yield return $"samples/{sample}: has no README.md";
            if (readme?.Contains($"samples/{sample}", StringComparison.Ordinal) == false)
                yield return $"samples/{sample}: the root's README.md does not name it";
        }
    }

    [GeneratedRegex("""= "[^"]*", "(?<path>[^"]+\.csproj)",""", Options)]
    private static partial Regex ProjectLine { get; }

    [GeneratedRegex(@"^docs/decisions/(?<number>[0-9]{4})-[a-z0-9-]+\.md$", Options)]
    private static partial Regex DecisionName { get; }
}
