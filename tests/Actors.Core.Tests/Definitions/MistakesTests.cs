using System.Globalization;
using System.Text;
using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>
/// What users read who have made many mistakes at once. The texts are kept beside the files; with
/// <c>UPDATE_GOLDEN=1 dotnet test tests/Actors.Core.Tests</c> they are written anew, to be read before they are kept.
/// </summary>
public sealed class MistakesTests
{
    [Theory]
    [InlineData("mistakes.yaml")]
    [InlineData("mistakes.json")]
    public void A_file_of_many_mistakes_gets_all_of_them_told(string name)
    {
        var text = Report(ProcessFile.Read(File.ReadAllText(Golden(name)), name).Errors);

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(Golden(name + ".txt"), text);
        text.ShouldBe(
            File.ReadAllText(Golden(name + ".txt")),
            "if this is what users shall read, UPDATE_GOLDEN=1 dotnet test tests/Actors.Core.Tests writes it anew");
    }

    [Fact]
    public void The_same_mistakes_in_yaml_and_json_are_told_in_the_same_words()
    {
        // A key that is there twice names the line of the first, which differs.
        var yaml = Words("mistakes.yaml");
        var json = Words("mistakes.json");

        json.ShouldBe(yaml, ignoreOrder: true);
        json.Select(w => w.Rule).Distinct(StringComparer.Ordinal).Count().ShouldBeGreaterThanOrEqualTo(15);
    }

    private static (string Rule, string Message, string? Suggestion)[] Words(string name) =>
        [.. ProcessFile.Read(File.ReadAllText(Golden(name)), name).Errors
            .Where(e => e.Rule != "duplicate-key").Select(e => (e.Rule, e.Message, e.Suggestion))];

    private static string Report(IEnumerable<DefinitionError> errors)
    {
        var report = new StringBuilder();
        var count = 0;
        foreach (var error in errors)
        {
            report.Append(CultureInfo.InvariantCulture, $"{error.File}:{error.Line} [{error.Rule}]\n");
            report.Append(CultureInfo.InvariantCulture, $"    {error.Message}\n");
            if (error.Suggestion is not null)
                report.Append(CultureInfo.InvariantCulture, $"    did you mean '{error.Suggestion}'?\n");
            report.Append('\n');
            count++;
        }

        return report.Append(CultureInfo.InvariantCulture, $"{count} mistakes\n").ToString();
    }

    private static string Golden(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Actors.sln"))) root = root.Parent;
        return Path.Combine(root.FullName, "tests", "Actors.Core.Tests", "Definitions", "Golden", name);
    }
}
