using System.Diagnostics;
using Actors.Core.Definitions;
using Actors.Core.Processes;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>Whether a step comes behind another, however far, is answered rightly and soon.</summary>
public sealed class AncestryTests
{
    // A loaded machine takes several seconds; what grows with the square of the steps takes minutes.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(Debugger.IsAttached ? 300 : 45);

    public static TheoryData<int, int, int> RandomMaps => new()
    {
        { 1, 40, 5 }, { 2, 200, 10 }, { 3, 700, 40 }, { 4, 1500, 60 }, { 5, 1500, 1500 }, { 6, 90, 2 },
    };

    [Theory]
    [MemberData(nameof(RandomMaps))]
    public void Of_a_random_map_exactly_the_unrelated_pairs_are_refused(int seed, int count, int window)
    {
        var random = new Random(seed);
        var after = new int[count][];
        var looks = new int[count][];
        for (var i = 0; i < count; i++)
        {
            // The file's order is not the order of dependence: steps are written back to front.
            after[i] = Draw(random, i == 0 ? 0 : random.Next(4), Math.Max(0, i - window), i);
            looks[i] = Draw(random, random.Next(3), 0, count);
        }

        var expected = Unrelated(after, looks).Take(900).ToHashSet();
        for (var i = 0; i < count; i++)
            looks[i] = [.. looks[i].Where(t => expected.Contains((i, t)) || IsBehind(after, i, t))];

        var errors = StepMapValidator.Check(Map(after, looks));

        errors.ShouldAllBe(e => e.Rule == "not-a-dependency");
        errors.Length.ShouldBe(expected.Count);
        foreach (var (step, target) in expected)
            errors.ShouldContain(e => e.Message.StartsWith($"step 's{step}' looks at", StringComparison.Ordinal) &&
                (e.Message.Contains($"'$.steps.s{target}'", StringComparison.Ordinal) || step == target));
    }

    [Fact]
    public void A_step_on_or_behind_a_circle_is_not_asked_for_more()
    {
        var errors = StepMapValidator.Check(Map([[1], [0], [1], []], [[3], [], [3], [0]]));

        // What s3 looks at is on the circle, and what looks at s3 is on or behind it: first the circle has to go.
        errors.ShouldHaveSingleItem().Rule.ShouldBe("cycle");
    }

    public static TheoryData<string> Shapes => ["chain", "fan-in", "layers"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_map_of_100_000_steps_with_many_paths_is_checked_and_compiled_within_seconds(string shape)
    {
        const int count = StepMap.StepsMax;
        var random = new Random(1);
        var everything = Enumerable.Range(0, count - 1).ToArray();
        var map = shape switch
        {
            "chain" => Map(
                Each(count, i => i == 0 ? [] : [i - 1]),
                Each(count, i => i < 2 ? [] : [i - 2, random.Next(i)])),
            "fan-in" => Map(
                Each(count, i => i < count - 1 ? [] : everything),
                Each(count, i => i < count - 1 ? [] : everything)),
            _ => Map(
                Each(count, i => i < 10 ? [] : [.. Enumerable.Range(i / 10 * 10 - 10, 10)]),
                Each(count, i => i < 10 || i % 4 > 0 ? [] : [random.Next(i / 10 * 10)])),
        };
        var watch = Stopwatch.StartNew();

        StepMapValidator.Check(map).ShouldBeEmpty();
        CompiledProcess.Compile(map, "hash").Steps.Length.ShouldBe(count);

        watch.Elapsed.ShouldBeLessThan(Soon);
    }

    [Theory]
    [InlineData("unknown-dependency")]
    [InlineData("unknown-service")]
    public void Many_wrong_names_in_a_large_map_are_told_soon(string rule)
    {
        const int count = 50_000;
        var steps = Enumerable.Range(0, count).Select(i => new Step
        {
            Name = $"step-number-{i}",
            Action = new StepAction.Http
            {
                Method = "GET",
                Url = rule == "unknown-service" ? $"servise-number-{i}/x" : "http://x",
            },
            After = rule == "unknown-dependency" ? [$"stepp-number-{i}"] : [],
        });
        var map = new StepMap { Process = "p", Steps = [.. steps] };
        var service = new ServiceDefinition("http://x", null, map.Labels);
        map = map with
        {
            Services = map.Services.AddRange(
                Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"service-number-{i}", service))),
        };
        var watch = Stopwatch.StartNew();

        var errors = StepMapValidator.Check(map);

        watch.Elapsed.ShouldBeLessThan(Soon);
        errors.Length.ShouldBe(1001);
        errors[0].Rule.ShouldBe(rule);
        errors[0].Suggestion.ShouldNotBeNull();
    }

    private static int[][] Each(int count, Func<int, int[]> of) => [.. Enumerable.Range(0, count).Select(of)];

    private static int[] Draw(Random random, int count, int from, int to) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(from, to)).Distinct()];

    private static IEnumerable<(int, int)> Unrelated(int[][] after, int[][] looks) =>
        Enumerable.Range(0, after.Length)
            .SelectMany(i => looks[i].Where(t => !IsBehind(after, i, t)).Select(t => (i, t)));

    private static bool IsBehind(int[][] after, int step, int target)
    {
        var seen = new HashSet<int>();
        var left = new Stack<int>(after[step]);
        while (left.TryPop(out var at))
        {
            if (at == target) return true;
            if (at < target || !seen.Add(at)) continue;
            foreach (var next in after[at]) left.Push(next);
        }

        return false;
    }

    private static StepMap Map(int[][] after, int[][] looks)
    {
        var steps = new Step[after.Length];
        for (var i = 0; i < after.Length; i++)
        {
            steps[after.Length - 1 - i] = new Step
            {
                Name = $"s{i}",
                Action = new StepAction.Handler("h"),
                After = [.. after[i].Select(d => $"s{d}")],
                Input = looks[i].Length == 0
                    ? null
                    : new Template($"[{string.Join(',', looks[i].Select(t => $"\"$.steps.s{t}.result\""))}]"),
            };
        }

        return new StepMap { Process = "p", Steps = [.. steps] };
    }
}
