using Actors.Core.Definitions;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

public sealed class CanonicalFormTests
{
    [Theory]
    [InlineData(Samples.OrderFulfilment)]
    [InlineData(Samples.Everything)]
    [InlineData(Samples.Pipeline)]
    public void What_is_written_is_read_back_to_the_same_map(string text)
    {
        var map = Read(text);
        var json = StepMapJson.Write(map);

        var again = ProcessFile.Read(json, "again.json");

        again.Errors.ShouldBeEmpty();
        StepMapJson.Write(again.Map!).ShouldBe(json);
        StepMapJson.Write(StepMapJson.Read(json).Map!).ShouldBe(json);
    }

    [Fact]
    public void Order_of_keys_and_spelling_of_numbers_and_durations_do_not_change_the_hash()
    {
        var one = Read("""
            process: p
            deadline: 90m
            steps:
              a: { handler: h, input: { x: 1.50, y: 2 }, timeout: 1500ms, labels: { b: 1, a: 2 } }
            """);
        var other = Read("""
            steps:
              a: { labels: { a: "2", b: "1" }, timeout: { attempt: PT1.5S }, input: { y: 2.0, x: 15e-1 }, handler: h }
            deadline: 1h30m
            version: 1
            model: graph
            process: p
            """);

        ContentHash.Of(one).ShouldBe(ContentHash.Of(other));
    }

    [Fact]
    public void Defaults_of_the_map_and_the_same_written_in_each_step_have_one_hash()
    {
        var shared = Read("""
            process: p
            defaults: { retry: { attempts: 3 }, timeout: 5s }
            steps: { a: { handler: h }, b: { handler: h } }
            """);
        var repeated = Read("""
            process: p
            steps:
              a: { handler: h, retry: { attempts: 3 }, timeout: 5s }
              b: { handler: h, retry: { attempts: 3 }, timeout: 5s }
            """);

        ContentHash.Of(shared).ShouldBe(ContentHash.Of(repeated));
    }

    [Fact]
    public void Any_difference_in_meaning_changes_the_hash()
    {
        var hashes = new[]
        {
            "steps: { a: { handler: h } }", "steps: { b: { handler: h } }", "steps: { a: { handler: g } }",
            "version: 2\nsteps: { a: { handler: h } }", "steps: { a: { handler: h, retry: none } }",
            "steps: { a: { handler: h, detached: true } }", "steps: { a: { handler: h, labels: { x: y } } }",
        }.Select(t => ContentHash.Of(Read("process: p\n" + t))).ToArray();

        hashes.ShouldBeUnique();
        hashes.ShouldAllBe(h => h.Length == 64 && h.All(char.IsAsciiHexDigitLower));
    }

    internal static StepMap Read(string text)
    {
        var result = ProcessFile.Read(text, "sample.yaml");
        result.Errors.ShouldBeEmpty();
        return result.Map!;
    }
}
