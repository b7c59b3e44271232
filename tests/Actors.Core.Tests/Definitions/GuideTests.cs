using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

public sealed class GuideTests
{
    [Fact]
    public void The_example_of_the_guide_is_a_valid_process()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Actors.sln"))) root = root.Parent;
        var guide = File.ReadAllText(Path.Combine(root.FullName, "docs", "process-file.md"));
        var from = guide.IndexOf("```yaml", StringComparison.Ordinal) + "```yaml".Length;
        var example = guide[from..guide.IndexOf("```", from, StringComparison.Ordinal)];
        ProcessFile.Read(example, "guide.yaml").Errors.ShouldBeEmpty();
    }
}
