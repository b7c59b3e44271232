using System.Text.Json;
using Actors.Core.JsonPath;
using FsCheck.Fluent;
using Shouldly;

namespace Actors.Core.Tests.JsonPath;

/// <summary>What the engine asks of paths beyond the standard.</summary>
public class QueryTests
{
    [Theory]
    [InlineData("$.steps.charge.result.id", "steps.charge.result.id")]
    [InlineData("$['steps']['charge'][0].id", "steps.charge")]
    [InlineData("$..id", "")]
    [InlineData("$.input.lines[?@.sku == $.steps.find.result.sku && $.item]", "steps.find.result.sku|item|input.lines")]
    [InlineData("$.a[?count($.b[?$.c.d]) > 1]", "c.d|b|a")]
    public void References_are_the_leading_names_of_all_queries_from_the_root(string path, string expected) =>
        string.Join('|', Parse(path).References.Select(names => string.Join('.', names))).ShouldBe(expected);

    [Theory]
    [InlineData("$.a['b'][0][-1]", true)]
    [InlineData("$", true)]
    [InlineData("$.a['b','c']", false)]
    [InlineData("$.a[0:1]", false)]
    [InlineData("$..a", false)]
    public void A_path_of_names_and_indexes_is_singular(string path, bool isSingular) =>
        Parse(path).IsSingular.ShouldBe(isSingular);

    [Theory]
    [InlineData("$.a.", 4)]
    [InlineData("$.a[", 4)]
    [InlineData("a.b", 0)]
    [InlineData("$.a b", 4)]
    [InlineData("$[?lenght(@.a) > 1]", 3)]
    [InlineData("$[?@.a == 'x]", 10)]
    public void An_error_says_where_it_is(string path, int position)
    {
        JsonPathQuery.TryParse(path, out _, out var error).ShouldBeFalse();

        error.ShouldNotBeNull().Position.ShouldBeInRange(position - 1, position);
    }

    [Fact]
    public void A_misspelt_function_is_answered_with_the_right_one()
    {
        JsonPathQuery.TryParse("$[?lenght(@.a) > 1]", out _, out var error).ShouldBeFalse();

        error.ShouldNotBeNull().Message.ShouldBe("there is no function 'lenght'; did you mean 'length'?");
    }

    [Fact]
    public void Names_go_through_views_and_make_nothing_else()
    {
        var view = new RecordingView();

        Parse("$.steps.charge.id").TrySelectSingle(view, out var value).ShouldBeTrue();
        Parse("$.steps.charge.lines[?@ > 1]").Select(view).Count.ShouldBe(1);

        value.GetInt32().ShouldBe(7);
        view.Made.ShouldBe(0);
    }

    [Fact]
    public void Another_selector_makes_the_view_in_full()
    {
        var view = new RecordingView();

        Parse("$.steps.*").Select(view).Count.ShouldBe(1);

        view.Made.ShouldBe(1);
    }

    [Fact]
    public void A_filter_asks_a_view_once_for_what_does_not_change()
    {
        var view = new RecordingView();

        Parse("$.steps.charge.lines[?@ < $.steps.charge.id]").Select(view).Count.ShouldBe(2);

        view.Asked.ShouldBe(2);
    }

    [Theory]
    [InlineData("$.input.total > 500 && $.input.country != 'CH'", true)]
    [InlineData(" $.input.total <= 500 || !$.input.vip ", false)]
    [InlineData("$.input.none == $.input.nothing", true)]
    [InlineData("$.input.vip", true)]
    [InlineData("count($.input.*) == 3 && match($.input.country, 'D.')", true)]
    public void A_condition_is_a_filter_without_a_current_node(string text, bool holds)
    {
        var document = JsonElement.Parse("""{"input":{"total":501,"country":"DE","vip":false}}""");

        JsonPathCondition.TryParse(text, out var condition, out var error).ShouldBeTrue($"{error}");

        condition.ShouldNotBeNull().Evaluate(new ElementView(document)).ShouldBe(holds);
    }

    [Theory]
    [InlineData("@.a == 1", "filters")]
    [InlineData("true", "compare it")]
    [InlineData("length($.a)", "compare it")]
    [InlineData("$.a = 1", "'&&', '||'")]
    [InlineData("$..a == 1", "value(..)")]
    [InlineData("match($.a, 'a') == true", "true or false")]
    [InlineData("", "is missing at the end")]
    public void A_wrong_condition_is_told_what_would_be_right(string text, string hint)
    {
        JsonPathCondition.TryParse(text, out _, out var error).ShouldBeFalse();

        error.ShouldNotBeNull().Message.ShouldContain(hint);
    }

    [Theory]
    [InlineData("1 == 2", false)]
    [InlineData("match('ab', 'a.')", true)]
    [InlineData("$.a == 2", null)]
    public void A_condition_that_looks_at_nothing_is_known_beforehand(string text, bool? constant)
    {
        JsonPathCondition.TryParse(text, out var condition, out _).ShouldBeTrue();

        condition!.Constant.ShouldBe(constant);
    }

    [Fact]
    public void Slices_agree_with_the_definition_of_the_standard() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Length, sbyte? Start, sbyte? End, sbyte? Step)>(), given =>
        {
            var (length, start, end, step) = (given.Length % 12, given.Start % 15, given.End % 15, given.Step % 5);
            var document = JsonSerializer.SerializeToElement(Enumerable.Range(0, length));
            var selected = Parse($"$[{start}:{end}:{step}]").Select(document).Select(item => item.GetInt32());
            return selected.SequenceEqual(Slice(length, start, end, step ?? 1));
        }));

    // RFC 9535, section 2.3.4.2.2, word for word.
    private static IEnumerable<int> Slice(int length, int? start, int? end, int step)
    {
        int Normalise(int i) => i >= 0 ? i : length + i;
        if (step == 0) yield break;
        var from = Normalise(start ?? (step >= 0 ? 0 : length - 1));
        var to = Normalise(end ?? (step >= 0 ? length : -length - 1));
        if (step > 0)
        {
            var upper = Math.Min(Math.Max(to, 0), length);
            for (var i = Math.Min(Math.Max(from, 0), length); i < upper; i += step) yield return i;
        }
        else
        {
            var lower = Math.Min(Math.Max(to, -1), length - 1);
            for (var i = Math.Min(Math.Max(from, -1), length - 1); lower < i; i += step) yield return i;
        }
    }

    private static JsonPathQuery Parse(string path) =>
        JsonPathQuery.TryParse(path, out var query, out var error)
            ? query
            : throw new ShouldAssertException($"{path}: {error}");

    /// <summary><c>{"steps":{"charge":{"id":7,"lines":[0,1,9]}}}</c>, of which only the innermost exists.</summary>
    private sealed class RecordingView(int level = 0, RecordingView? outer = null) : JsonView
    {
        private static readonly string[] Names = ["steps", "charge"];

        public int Made { get; private set; }

        public int Asked { get; private set; }

        public override bool TryGetMember(string name, out JsonViewNode node)
        {
            if (level == 0) Asked++;
            node = level == 1
                ? JsonViewNode.FromElement(JsonElement.Parse("""{"id":7,"lines":[0,1,9]}"""))
                : JsonViewNode.FromView(new RecordingView(level + 1, this));
            return name == Names[level];
        }

        public override JsonElement ToElement()
        {
            (outer ?? this).Made++;
            return JsonElement.Parse("""{"charge":{}}""");
        }
    }
}
