using System.Text;
using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

public sealed class HostileFileTests
{
    private static readonly string[] Seeds = [Samples.OrderFulfilment, Samples.Everything, Samples.Pipeline];

    [Fact]
    public void Truncated_mutated_and_random_files_are_answered_never_thrown_at()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            var text = (round % 3) switch
            {
                0 => Truncated(random),
                1 => Mutated(random),
                _ => RandomBytes(random),
            };
            var name = random.Next(4) == 0 ? "x.json" : "x.yaml";

            var result = ProcessFile.Read(text, name);

            result.IsValid.ShouldBe(result.Errors.IsEmpty, $"seed {seed}, round {round}");
            foreach (var error in result.Errors) error.Message.ShouldNotBeNullOrWhiteSpace();
        }
    }

    [Fact]
    public void Files_that_refer_to_anything_from_anywhere_are_answered_never_thrown_at()
    {
        const int seed = 20261214;
        var files = new RandomFiles(seed);
        for (var round = 0; round < 400; round++)
        {
            var text = files.Next();

            var result = Should.NotThrow(() => ProcessFile.Read(text, "x.json"), $"seed {seed}, round {round}: {text}");

            result.IsValid.ShouldBe(result.Errors.IsEmpty, $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData("steps: [", "malformed-yaml")]
    [InlineData("process: 'abc", "malformed-yaml")]
    [InlineData("a: b: c", "malformed-yaml")]
    [InlineData("process: p\n\tsteps: {}", "malformed-yaml")]
    [InlineData("process: p\n  steps: {}", "malformed-yaml")]
    [InlineData("", "empty")]
    [InlineData("# nothing", "empty")]
    [InlineData("just text", "wrong-value")]
    [InlineData("- a list", "wrong-value")]
    public void A_file_that_is_none_gives_one_clear_error(string text, string rule)
    {
        var error = ProcessFile.Read(text, "x.yaml").Errors.ShouldHaveSingleItem();

        error.Rule.ShouldBe(rule);
        error.File.ShouldBe("x.yaml");
    }

    [Theory]
    [InlineData("process: p\nsteps:\n  a: &x { handler: h }\n  b: *x", 3, "anchor '&x'")]
    [InlineData("process: p\nsteps:\n  a: { handler: h }\n  b: *x", 4, "x")]
    [InlineData("process: p\nsteps:\n  a: !!map { handler: h }", 3, "tag")]
    [InlineData("process: p\nsteps:\n  a: !System.IO.FileInfo { handler: h }", 3, "tag")]
    [InlineData("process: p\nsteps:\n  a:\n    <<: { handler: h }\n    handler: h", 4, "merge key")]
    [InlineData("process: p\nsteps: { a: { handler: h } }\n---\nprocess: q", 3, "one document")]
    [InlineData("process: p\nsteps:\n  ? [a, b]\n  : { handler: h }", 3, "a key has to be a text")]
    public void What_could_build_or_share_objects_is_refused_with_its_line(string text, int line, string says)
    {
        var errors = ProcessFile.Read(text, "x.yaml").Errors;

        errors.ShouldContain(e => e.Line == line && e.Message.Contains(says));
    }

    [Theory]
    [InlineData("process: p\nsteps:\n\ta: { handler: h }", "malformed-yaml", 3, "indent with spaces")]
    [InlineData("process: p\nsteps:\n  a:\n  \thandler: h", "malformed-yaml", 4, "indent with spaces")]
    [InlineData("process: p\nsteps:\n  a:\n    handler: h\n   after: [b]", "malformed-yaml", 5, "indentation")]
    [InlineData("process: p\nsteps:\n  a: { handler: h, input: $.x[0] }", "malformed-yaml", 3, "goes into quotes")]
    [InlineData("process: p\nsteps:\n  a:\n    when: $.x == \"a: b\"", "malformed-yaml", 4, "goes into quotes")]
    [InlineData("process: p\nsteps:\n  a: { handler: @h }", "malformed-yaml", 3, "goes into quotes")]
    [InlineData("process: p\nsteps:\n  a: { handler: h\n  b: { handler: h }", "malformed-yaml", 3, "close every")]
    [InlineData("%YAML 9.9\n---\nprocess: p", "malformed-yaml", 1, "begins with %")]
    [InlineData("process: p\nsteps:\n  - name: a", "wrong-value", 3, "the steps by name, but is a list")]
    [InlineData("process: p\nprocess: q\nsteps: { a: { handler: h } }", "duplicate-key", 2, "first in line 1")]
    [InlineData("process: p\nsteps:\n  a: { handler: h }\n  a: { handler: g }", "duplicate-key", 4, "first in line 3")]
    [InlineData("process: ../../etc/passwd\nsteps: { a: { handler: h } }", "name", 1, "no '..'")]
    [InlineData("process: p\nsteps:\n  ../../etc/passwd: { handler: h }", "name", 3, "no '..'")]
    [InlineData("process: p\nsteps:\n  a: { child: ../../etc/passwd }", "name", 3, "no '..'")]
    [InlineData("process: p\nsteps:\n  a: { handler: h, limit: { queue: ../x } }", "name", 3, "no '..'")]
    [InlineData("process: p\nservices: { ../x: { url: http://x } }\nsteps: { a: { wait: w } }", "name", 2, "no '..'")]
    [InlineData("process: p\nsteps:\n  a: { hanlder: h }", "unknown-key", 3, "'hanlder' is not known")]
    [InlineData("proces: p\nsteps: { a: { handler: h } }", "unknown-key", 1, "'proces' is not known")]
    [InlineData("process: p\nstep: { a: { handler: h } }", "unknown-key", 2, "'step' is not known")]
    [InlineData("process: p\nsteps:\n  a: { handler: h, undo: { hander: h } }", "unknown-key", 3, "'hander'")]
    [InlineData("\u007fELF\u0002\u0001\n\0\0\0\0", "malformed-text", 2, "not text")]
    [InlineData("p\0r\0o\0c\0e\0s\0s\0:\0", "malformed-text", 1, "saved as UTF-8")]
    [InlineData("   \n\n  ", "empty", 0, "at least 'process' and 'steps'")]
    [InlineData("42", "wrong-value", 1, "but this is 42")]
    public void A_mistake_of_a_beginner_gets_one_error_with_its_line_and_a_way_out(
        string text, string rule, int line, string says)
    {
        var error = ProcessFile.Read(text, "x.yaml").Errors.ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe((rule, line));
        error.Message.ShouldContain(says);
        if (rule == "unknown-key") error.Suggestion.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("", "empty", 0, "at least 'process' and 'steps'")]
    [InlineData(" \n ", "empty", 0, "is empty")]
    [InlineData("null", "empty", 0, "is empty")]
    [InlineData("[1]", "wrong-value", 1, "but this is a list")]
    [InlineData("{\"process\":\"p\",\n}", "malformed-json", 2, "a comma stands behind the last value")]
    [InlineData("{\n// name\n\"process\":\"p\"}", "malformed-json", 2, "JSON has no comments")]
    [InlineData("{\"process\":\"p\"", "malformed-json", 1, "should be closed")]
    [InlineData("{}\n{}", "malformed-json", 2, "Expected end of data")]
    [InlineData(
        "{\"process\":\"p\",\n\"version\":1e99999,\"steps\":{\"a\":{\"wait\":\"w\"}}}", "malformed-number", 2, "")]
    [InlineData("{\"process\":\"p\",\n\"process\":\"p\",\"steps\":{\"a\":{\"wait\":\"w\"}}}", "duplicate-key", 2, "")]
    [InlineData("\u0089PNG\r\n\u001a\n\0\0", "malformed-text", 3, "not text")]
    public void Nor_does_wrong_json_get_more_than_one(string text, string rule, int line, string says)
    {
        var error = ProcessFile.Read(text, "x.json").Errors.ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe((rule, line));
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void A_bomb_of_anchors_is_refused_anchor_by_anchor_and_nothing_else_is_said()
    {
        var text = new StringBuilder("a0: &a0 [x, x]\n");
        for (var i = 1; i < 30; i++) text.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n");

        var errors = ProcessFile.Read(text.ToString(), "x.yaml").Errors;

        errors.Length.ShouldBe(30);
        errors.Select(e => e.Line).ShouldBe(Enumerable.Range(1, 30));
        errors.ShouldAllBe(e => e.Rule == "refused-yaml" && e.Message.Contains("write the value out"));
    }

    [Fact]
    public void Names_of_megabytes_do_not_make_messages_of_gigabytes()
    {
        var name = new string('n', 3_000_000);
        var keys = string.Join(",", Enumerable.Range(0, 2000).Select(i => $"\"unknown{i}\":1"));
        var text = $"{{\"process\":\"p\",\"steps\":{{\"{name}\":{{\"handler\":\"h\",{keys}}}}}}}";

        var errors = ProcessFile.Read(text, "x.json").Errors;

        errors.Length.ShouldBe(1001);
        errors.ShouldAllBe(e => e.Message.Length < 1500);
        errors[0].Message.ShouldContain("keys: handler, after");
    }

    [Theory]
    [InlineData("x.yaml")]
    [InlineData("x.json")]
    public void Nesting_is_bounded(string name)
    {
        foreach (var depth in new[] { 65, 1000, 200_000 })
        {
            var text = "{\"process\":\"p\",\"output\":" + new string('[', depth) + new string(']', depth) + "}";

            ProcessFile.Read(text, name).Errors.ShouldHaveSingleItem().Rule.ShouldBe("too-deep");
        }
    }

    [Fact]
    public void Size_is_bounded()
    {
        var text = "process: p\ndescription: " + new string('é', ProcessFile.TextBytesMax / 2);

        ProcessFile.Read(text, "x.yaml").Errors.ShouldHaveSingleItem().Rule.ShouldBe("too-large");
        ProcessFile.Read(new string('x', 50 << 20), "x.json").Errors.ShouldHaveSingleItem().Message
            .ShouldBe("the file is larger than 8 MiB; split the process, or pass data as input");
    }

    [Theory]
    [InlineData("x.json")]
    [InlineData("x.yaml")]
    public void Half_a_surrogate_pair_is_refused(string name)
    {
        var text = """{"process":"p","description":"\ud800","steps":{"a":{"handler":"h"}}}""";

        ProcessFile.Read(text, name).IsValid.ShouldBeFalse();
        ProcessFile.Read("process: \ud800", name).Errors.ShouldHaveSingleItem().Rule.ShouldBe("malformed-text");
    }

    [Theory]
    [InlineData("a: { get: 'http://x/', response: { r: $.steps.a.result } }")]
    [InlineData(
        "a: { get: 'http://x/', each: $.steps.b.result, response: $.item }, " +
        "b: { get: 'http://x/', each: $.steps.a.result, response: $.item }")]
    public void Results_that_are_made_of_themselves_are_refused_and_no_endless_search(string steps) =>
        ProcessFile.Read($"{{ process: p, steps: {{ {steps} }} }}", "x.yaml").IsValid.ShouldBeFalse();

    [Fact]
    public void Errors_are_bounded_in_number()
    {
        var text = new StringBuilder("process: p\nsteps:\n  a: { handler: h }\n");
        for (var i = 0; i < 3000; i++) text.Append("key").Append(i).Append(": 1\n");

        var errors = ProcessFile.Read(text.ToString(), "x.yaml").Errors;

        errors.Length.ShouldBe(1001);
        errors[^1].Rule.ShouldBe("too-many-errors");
    }

    private static string Truncated(Random random)
    {
        var text = Seeds[random.Next(Seeds.Length)];
        return text[..random.Next(text.Length)];
    }

    private static string Mutated(Random random)
    {
        const string bits = "{}[]:,#&*!|>'\"%@`- \n\t$.<~?\\0eé\u0000\ud83d";
        var text = new StringBuilder(Seeds[random.Next(Seeds.Length)]);
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var at = random.Next(text.Length);
            if (random.Next(3) == 0) text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
            else if (random.Next(2) == 0) text[at] = bits[random.Next(bits.Length)];
            else text.Insert(at, bits[random.Next(bits.Length)]);
        }

        return text.ToString();
    }

    private static string RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        if (random.Next(2) == 0) for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(bytes[i] % 95 + 32);
        return Encoding.Latin1.GetString(bytes);
    }
}
