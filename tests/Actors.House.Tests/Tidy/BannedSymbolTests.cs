using Shouldly;

namespace Actors.House.Tests.Tidy;

public sealed class BannedSymbolTests
{
    /// <summary>Places where a banned symbol is right, each with the reason.</summary>
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["grains/Actors.Grains/Steps/StepWorker.cs: GetAwaiter().GetResult()"] =
            "taken from a ValueTask that has completed: the path of a synchronous step, which never blocks",
    };

    [Fact]
    public void Core_and_grains_take_no_time_ids_chance_or_threads_from_the_air() => AmbientInCoreAndGrains()
        .Where(place => !Allowed.ContainsKey(WithoutLine(place)))
        .ShouldBeEmpty();

    [Fact]
    public void No_exception_to_the_ban_outlives_its_need() => Allowed.Keys
        .Except(AmbientInCoreAndGrains().Select(WithoutLine))
        .ShouldBeEmpty();

    [Fact]
    public void Tests_do_not_sleep() => InFolders("tests/").SelectMany(SyntaxRules.Sleeps).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later() => SourceFile.All
        .SelectMany(file => SyntaxRules.Notes(file).Concat(SyntaxRules.NotImplemented(file)))
        .ShouldBeEmpty();

    [Fact]
    public void No_catch_swallows_without_saying_why() =>
        SourceFile.All.SelectMany(SyntaxRules.SilentCatches).ShouldBeEmpty();

    [Theory]
    [InlineData("await x.ConfigureAwait(false);")]
    [InlineData("Task.Run(() => 1);")]
    [InlineData("System.Threading.Tasks.Task.Run(() => 1);")]
    [InlineData("var now = DateTime.UtcNow;")]
    [InlineData("var now = DateTimeOffset.Now.AddDays(1);")]
    [InlineData("var id = Guid.NewGuid().ToString();")]
    [InlineData("var id = System.Guid.CreateVersion7();")]
    [InlineData("var chance = Random.Shared.Next();")]
    [InlineData("var chance = new Random(1);")]
    [InlineData("Random chance = new(1);")]
    [InlineData("var result = x.GetAwaiter().GetResult();")]
    [InlineData("Thread.Sleep(1);")]
    public void A_banned_symbol_is_found(string code) =>
        SyntaxRules.AmbientSymbols(new("A.cs", code)).ShouldHaveSingleItem().ShouldStartWith("A.cs:1: ");

    [Theory]
    [InlineData("var now = clock.UtcNow; // instead of DateTime.UtcNow")]
    [InlineData("var text = \"Guid.NewGuid()\";")]
    [InlineData("await x.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);")]
    [InlineData("Random chance = Make(new(1));")]
    public void What_only_looks_like_a_banned_symbol_is_not_found(string code) =>
        SyntaxRules.AmbientSymbols(new("A.cs", code)).ShouldBeEmpty();

    [Theory]
    [InlineData("Thread.Sleep(10);", 1)]
    [InlineData("await Task.Delay(10);", 1)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1), token);", 1)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);", 1)]
    [InlineData("await Task.Delay(Timeout.Infinite, token);", 0)]
    [InlineData("await Task.Delay(Timeout.InfiniteTimeSpan, token);", 0)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1), _time, token);", 0)]
    public void A_sleep_is_told_from_a_wait_for_ever_and_from_virtual_time(string code, int found) =>
        SyntaxRules.Sleeps(new("A.cs", code)).Count().ShouldBe(found);

    [Theory]
    [InlineData("try { F(); } catch { }", 1)]
    [InlineData("try { F(); } catch (Exception) when (x) { }", 1)]
    [InlineData("try { F(); } catch (Exception) { /* gone already: nothing to end */ }", 0)]
    [InlineData("try { F(); } catch (Exception) { Log(); }", 0)]
    public void A_silent_catch_is_told_from_one_with_a_reason(string code, int found) =>
        SyntaxRules.SilentCatches(new("A.cs", code)).Count().ShouldBe(found);

    [Fact]
    public void A_stub_and_a_note_are_found()
    {
        SourceFile file = new("A.cs", "// FIXME: later\nthrow new NotImplementedException();\nvar said = \"TODO\";");

        SyntaxRules.Notes(file).ShouldBe(["A.cs:1: FIXME"]);
        SyntaxRules.NotImplemented(file).ShouldBe(["A.cs:2: NotImplementedException"]);
    }

    private static IEnumerable<string> AmbientInCoreAndGrains() =>
        InFolders("src/Actors.Core/", "grains/").SelectMany(SyntaxRules.AmbientSymbols);

    private static IEnumerable<SourceFile> InFolders(params string[] folders) =>
        SourceFile.All.Where(file => folders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)));

    private static string WithoutLine(string place)
    {
        var line = place.IndexOf(':', StringComparison.Ordinal);
        return place[..line] + place[place.IndexOf(':', line + 1)..];
    }
}
