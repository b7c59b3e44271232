using System.Diagnostics;
using System.Text.Json;
using Actors.Core.JsonPath;
using Shouldly;

namespace Actors.Core.Tests.JsonPath;

/// <summary>Paths and documents that mean harm, or that are merely odd.</summary>
public class HostilePathTests
{
    [Theory]
    [InlineData("""$[?match(@, '\\d+')]""")]
    [InlineData("""$[?match(@, '(?=1)1')]""")]
    [InlineData("""$[?match(@, '(?:1)')]""")]
    [InlineData("""$[?match(@, '1+?')]""")]
    [InlineData("""$[?match(@, '[0-9&&1]]')]""")]
    public void A_pattern_that_is_no_i_regexp_matches_nothing(string path) =>
        Texts(path, """["1", "11"]""").ShouldBeEmpty();

    [Theory]
    [InlineData("""$[?match(@, '[😀-😎]')]""")]
    [InlineData("""$[?match(@, '[^a]')]""")]
    [InlineData("""$[?match(@, '.')]""")]
    [InlineData("""$[?match(@, '😀')]""")]
    [InlineData("""$[?length(@) == 1]""")]
    public void A_character_beyond_the_basic_plane_is_one_character(string path) =>
        Texts(path, """["😀"]""").ShouldBe(["\"😀\""]);

    [Fact]
    public void Numbers_that_differ_are_not_equal_however_small_or_large()
    {
        Texts("$[?@ == 0]", "[1e-40, 0, -0.0]").ShouldBe(["0", "-0.0"]);
        Texts("$[?@ == 9007199254740993]", "[9007199254740992, 9007199254740993]").ShouldBe(["9007199254740993"]);
        Texts("$[?@ < 1e300]", "[1e301, 1e299]").ShouldBe(["1e299"]);
    }

    [Theory]
    [InlineData("$[?@ == 'a']")]
    [InlineData("$[?@ < 'a']")]
    [InlineData("$[?length(@) == 1]")]
    [InlineData("$[?match(@, 'a')]")]
    public void Text_that_is_not_unicode_is_refused_as_such(string path)
    {
        var document = JsonElement.Parse("""["\ud800"]""");

        Should.Throw<JsonPathException>(() => Parse(path).Select(document)).Message.ShouldContain("Unicode");
    }

    [Fact]
    public void A_slice_of_many_objects_takes_time_in_proportion()
    {
        var documents = new Dictionary<int, JsonElement>();
        Growth.ShouldBeInProportion(2_000, count =>
        {
            if (!documents.TryGetValue(count, out var document))
            {
                var items = string.Join(',', Enumerable.Repeat("""{"a":[1]}""", count));
                documents[count] = document = JsonElement.Parse($"[{items}]");
            }


            Parse("$[::1]").Select(document).Count.ShouldBe(count);
            Parse("$[::-1]").Select(document).Count.ShouldBe(count);
        });
    }

    [Theory]
    [InlineData("$..*..*..*", "selects")]
    [InlineData("$..[?count($..*) == 0]", "visits")]
    [InlineData("$..[?$..[?$..[?@ == 'none']]]", "visits")]
    public void An_explosive_path_is_stopped_at_its_bound(string path, string bound)
    {
        const int Depth = 60;
        var level = string.Concat(Enumerable.Repeat("0,", 50));
        var document = JsonElement.Parse(
            string.Concat(Enumerable.Repeat("[" + level, Depth)) + "0" + new string(']', Depth),
            new JsonDocumentOptions { MaxDepth = Depth + 1 });

        Should.Throw<JsonPathException>(() => Parse(path).Select(document)).Message.ShouldContain(bound);
    }

    [Theory]
    [InlineData("(a*)*b")]
    [InlineData("(a|aa)+b")]
    [InlineData("(((((a{30}){30}){30}){30}){30})")]
    public void A_costly_pattern_does_not_hang(string pattern)
    {
        var document = JsonElement.Parse($"""["{new string('a', 100_000)}"]""");
        var watch = Stopwatch.StartNew();

        if (JsonPathQuery.TryParse($"$[?match(@, '{pattern}')]", out var query, out var error))
            query.Select(document).ShouldBeEmpty();
        else
            error.Message.ShouldContain("too large");

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(45));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("$[?", "]")]
    [InlineData("length(", ") == 1")]
    [InlineData("!(", ")")]
    public void Nesting_without_end_is_refused(string open, string close)
    {
        const int Levels = 2_000;
        var condition =
            string.Concat(Enumerable.Repeat(open, Levels)) + "$.a" + string.Concat(Enumerable.Repeat(close, Levels));

        JsonPathCondition.TryParse(condition, out _, out var error).ShouldBeFalse();

        error.ShouldNotBeNull().Message.ShouldContain("64");
    }

    [Fact]
    public void A_long_chain_is_no_nesting()
    {
        var condition = string.Join(" && ", Enumerable.Repeat("$.a == 1", 5_000));

        JsonPathCondition.TryParse(condition, out var parsed, out _).ShouldBeTrue();

        parsed.Evaluate(new ElementView(JsonElement.Parse("""{"a":1}"""))).ShouldBeTrue();
    }

    private static JsonPathQuery Parse(string path) =>
        JsonPathQuery.TryParse(path, out var query, out var error)
            ? query
            : throw new ShouldAssertException($"{path}: {error}");

    private static string[] Texts(string path, string document) =>
        [.. Parse(path).Select(JsonElement.Parse(document)).Select(e => e.GetRawText())];
}
