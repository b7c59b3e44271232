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
