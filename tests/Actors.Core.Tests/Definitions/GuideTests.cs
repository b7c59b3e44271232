using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

public sealed class GuideTests
{
    [Fact]
    public void The_examples_of_the_guide_are_valid_processes()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Actors.sln"))) root = root.Parent;
        var guide = File.ReadAllText(Path.Combine(root.FullName, "docs", "process-file.md"));
        var examples = guide.Split("```yaml").Skip(1).Select(text => text.Split("```")[0]).ToList();
        examples.Count.ShouldBe(2);
        foreach (var example in examples) ProcessFile.Read(example, "guide.yaml").Errors.ShouldBeEmpty();
    }
}
