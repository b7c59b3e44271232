using Actors.Core.Definitions;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>What a step says has an effect, or is refused.</summary>
public sealed class EffectRuleTests
{
    [Theory]
    [InlineData("delay: 5s, limit: 2", "limit-without-effect", "a delay takes no worker")]
    [InlineData("wait: go, limit: { rate: 1/s }", "limit-without-effect", "a wait takes no worker")]
    [InlineData("child: q, limit: 1", "limit-without-effect", "limit the steps of process 'q'")]
    [InlineData("child: q, limit: 1, undo: { handler: h }", "limit-without-effect", "a child takes no worker")]
    [InlineData("child: q, each: $.input.x, limit: { queue: q, concurrency: 1 }", "limit-without-effect", "'parallel'")]
    [InlineData("delay: 5s, retry: { attempts: 3 }", "retry-without-effect", "a delay is never tried again")]
    [InlineData("wait: go, retry: { first: 1s }", "retry-without-effect", "raise its 'timeout'")]
    [InlineData("child: q, retry: { attempts: 3 }", "retry-without-effect", "retry the steps of process 'q'")]
    [InlineData(
        "child: q, retry: { attempts: 3, first: 1s, factor: 1, max: 1s, jitter: false }",
        "retry-without-effect", "process 'q'")]
    [InlineData("child: q, retry: { attempts: 3 }, undo: { handler: h }", "retry-without-effect", "leave out")]
    [InlineData("child: q, retry: { on: [x] }, undo: { handler: h }", "retry-without-effect", "leave out")]
    [InlineData("delay: 5s, timeout: 10s", "timeout-without-effect", "shorten the delay")]
    [InlineData("delay: 5s, timeout: { step: 10s }", "timeout-without-effect", "a delay ends")]
    [InlineData("wait: go, timeout: { attempt: 10s, step: 2m }", "timeout-without-effect", "a wait has one attempt")]
    [InlineData("child: q, timeout: { attempt: 10s, step: 2m }", "timeout-without-effect", "a child has one attempt")]
    [InlineData("delay: 5s, permanent: [409]", "permanent-without-effect", "a delay is never tried again")]
    [InlineData("wait: go, permanent: [timeout]", "permanent-without-effect", "remove 'permanent'")]
    [InlineData("child: q, permanent: [child]", "permanent-without-effect", "a child is never tried again")]
    [InlineData("handler: h, detached: true, undo: { handler: h }", "undo-without-effect", "is detached")]
    [InlineData("child: q, detached: true, undo: { handler: h }", "undo-without-effect", "remove the undo, or")]
    [InlineData("wait: go, detached: true", "detached-wait", "started by a detached 'child'")]
    public void What_would_have_no_effect_is_refused(string keys, string rule, string says)
    {
        var error = Errors(keys).ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe((rule, 3));
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("child: q, each: $.input.x, parallel: 2, timeout: 3d")]
    [InlineData("child: q, timeout: { step: 3d }")]
    [InlineData("child: q, timeout: { attempt: 3d }")]
    [InlineData("child: q, retry: none")]
    [InlineData("wait: go, retry: { attempts: 1 }, timeout: 3d")]
    [InlineData("child: q, detached: true")]
    [InlineData("delay: 5s, detached: true, each: $.input.x, parallel: 1")]
    [InlineData("post: http://x, detached: true, limit: 2, retry: { attempts: 3 }, permanent: [409]")]
    // Of these the undo makes use.
    [InlineData("child: q, undo: { handler: h }, retry: { first: 1s, max: 2s }, permanent: [x]")]
    [InlineData("child: q, undo: { handler: h }, timeout: { attempt: 1s, step: 3d }")]
    public void What_has_an_effect_is_taken(string keys) => Errors(keys).ShouldBeEmpty();

    [Fact]
    public void The_timeout_that_counts_is_proposed() =>
        Errors("wait: go, timeout: { attempt: 10s, step: 2m }").ShouldHaveSingleItem().Suggestion.ShouldBe("2m");

    [Fact]
    public void Defaults_of_the_process_are_for_the_steps_that_they_mean_something_to()
    {
        const string Text = """
            process: p
            defaults: { retry: { attempts: 3, first: 1s }, timeout: { attempt: 10s, step: 2m } }
            steps:
              a: { handler: h }
              b: { delay: 5s }
              c: { wait: go, timeout: 3d }
              d: { child: q }
            """;
        var read = ProcessFile.Read(Text, "p.yaml");
        var built = Process.Define("p")
            .DefaultRetry(attemptsMax: 3, firstDelay: TimeSpan.FromSeconds(1))
            .DefaultTimeout(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(2))
            .Step("a", s => s.Call("h"))
            .Step("b", s => s.Delay("5s"))
            .Step("c", s => s.Wait("go").Timeout(TimeSpan.FromDays(3)))
            .Step("d", s => s.Child("q"))
            .TryBuild();

        read.Errors.ShouldBeEmpty();
        built.Errors.ShouldBeEmpty();
        ContentHash.Of(built.Map!).ShouldBe(ContentHash.Of(read.Map!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_canonical_form_which_repeats_the_defaults_in_each_step_is_read_back(bool isIndented)
    {
        var map = ProcessFile.Read(
            "process: p\ndefaults: { retry: { attempts: 3 } }\nsteps: { a: { handler: h }, b: { wait: go } }", "p.yaml")
            .MapOrThrow();
        var text = StepMapJson.Write(map);
        if (isIndented) text = System.Text.Json.Nodes.JsonNode.Parse(text)!.ToString();

        StepMapJson.Write(ProcessFile.Read(text, "p.json").MapOrThrow()).ShouldBe(StepMapJson.Write(map));

        var changed = text.Replace("\"onFailure\"", "\"onFailur\"", StringComparison.Ordinal);
        ProcessFile.Read(changed, "p.json").Errors.Select(e => e.Rule)
            .ShouldBe(["unknown-key", "retry-without-effect"], ignoreOrder: true);
    }

    [Fact]
    public void The_builder_refuses_the_same()
    {
        var result = Process.Define("p")
            .Step("limit", s => s.Child("q").Limit(concurrency: 1))
            .Step("retry", s => s.Child("q").Retry(attemptsMax: 3))
            .Step("retry-undo", s => s.Child("q").Retry(attemptsMax: 3).Undo(u => u.Call("h")))
            .Step("timeout", s => s.Delay("5s").Timeout(TimeSpan.FromSeconds(10)))
            .Step("permanent", s => s.Wait("go").Permanent("timeout"))
            .Step("undo", s => s.Call("h").Detached().Undo(u => u.Call("h")))
            .Step("wait", s => s.Wait("go").FireAndForget())
            .Step("once", s => s.Child("q").NoRetry())
            .Step("later", s => s.Child("q").Retry(firstDelay: TimeSpan.FromSeconds(1)).Undo(u => u.Call("h")))
            .TryBuild();

        result.Errors.Select(e => (e.Rule, Step: e.Message.Split('\'')[1])).ShouldBe(
        [
            ("limit-without-effect", "limit"), ("timeout-without-effect", "timeout"),
            ("permanent-without-effect", "permanent"), ("undo-without-effect", "undo"), ("detached-wait", "wait"),
            ("retry-without-effect", "retry"), ("retry-without-effect", "retry-undo"),
        ], ignoreOrder: true);
    }

    private static DefinitionError[] Errors(string keys) =>
        [.. ProcessFile.Read($"process: p\nsteps:\n  a: {{ {keys} }}\n", "p.yaml").Errors];
}
