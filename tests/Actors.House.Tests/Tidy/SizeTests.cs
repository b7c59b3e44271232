using Shouldly;

namespace Actors.House.Tests.Tidy;

public sealed class SizeTests
{
    private const int FileLinesMax = 500;
    private const int MethodLinesMax = 70;
    private const int LineLengthMax = 120;

    [Fact]
    public void No_file_is_longer_than_500_lines() =>
        Ratchet.Check("file lines", FileLinesMax, LongFiles(SourceFile.All)).ShouldBeEmpty();

    [Fact]
    public void No_method_is_longer_than_70_lines() =>
        Ratchet.Check("method lines", MethodLinesMax, LongMethods(SourceFile.All)).ShouldBeEmpty();

    [Fact]
    public void No_line_is_longer_than_120_characters() =>
        Ratchet.Check("lines over 120 characters", 0, LongLines(SourceFile.All)).ShouldBeEmpty();

    [Fact]
    public void A_file_of_501_lines_is_found() =>
        LongFiles([new("A.cs", Repeat("// x\n", 501)), new("B.cs", Repeat("// x\n", 500))])
            .ShouldBe(new Dictionary<string, int> { ["A.cs"] = 501 });

    [Fact]
    public void A_method_of_71_lines_is_found_and_named_by_its_types() =>
        LongMethods([new("A.cs", Method("Long", 71) + Method("Short", 70))])
            .ShouldBe(new Dictionary<string, int> { ["A.cs: Outer.Inner.Long"] = 71 });

    [Fact]
    public void Attributes_and_documentation_do_not_count_as_method() =>
        LongMethods([new("A.cs", Method("Short", 70, "/// <summary>x</summary>\n[Obsolete]\n[Serializable]\n"))])
            .ShouldBeEmpty();

    [Fact]
    public void Top_level_statements_are_a_method() =>
        LongMethods([new("Program.cs", "using System;\n" + Repeat("Console.Beep();\n", 71))])
            .ShouldBe(new Dictionary<string, int> { ["Program.cs: <top level>"] = 71 });

    [Fact]
    public void Lines_of_121_characters_are_counted() =>
        LongLines([new("A.cs", $"//{Repeat("x", 119)}\n//{Repeat("x", 118)}\n//{Repeat("x", 130)}\n")])
            .ShouldBe(new Dictionary<string, int> { ["A.cs"] = 2 });

    [Theory]
    [InlineData(90, 91, "is 91, allowed is 90")]
    [InlineData(90, 89, "write 89")]
    [InlineData(90, 0, "remove its entry")]
    [InlineData(0, 71, "is 71, allowed is 70")]
    public void The_ratchet_turns_one_way(int allowed, int measured, string says) =>
        Ratchet.Compare("lines", MethodLinesMax, At(allowed), At(measured)).ShouldHaveSingleItem().ShouldContain(says);

    [Fact]
    public void The_ratchet_accepts_what_is_on_the_list() =>
        Ratchet.Compare("lines", MethodLinesMax, At(90), At(90)).ShouldBeEmpty();

    private static Dictionary<string, int> At(int number) => number == 0 ? [] : new() { ["A.cs"] = number };

    private static Dictionary<string, int> LongFiles(IEnumerable<SourceFile> files) => files
        .Where(file => file.Lines.Length > FileLinesMax)
        .ToDictionary(file => file.Path, file => file.Lines.Length);

    private static Dictionary<string, int> LongMethods(IEnumerable<SourceFile> files) => files
        .SelectMany(file => file.Methods().Select(method => (Place: $"{file.Path}: {method.Name}", method.Lines)))
        .Where(method => method.Lines > MethodLinesMax)
        .GroupBy(method => method.Place)
        .ToDictionary(overloads => overloads.Key, overloads => overloads.Max(method => method.Lines));

    private static Dictionary<string, int> LongLines(IEnumerable<SourceFile> files) => files
        .Select(file => (file.Path, Count: file.Lines.Count(line => line.Length > LineLengthMax)))
        .Where(file => file.Count > 0)
        .ToDictionary(file => file.Path, file => file.Count);

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Method(string name, int lines, string before = "") => $$"""
        partial class Outer { partial class Inner {
        {{before}}void {{name}}()
        {
        {{Repeat("F();\n", lines - 3)}}}
        } }

        """;
}
