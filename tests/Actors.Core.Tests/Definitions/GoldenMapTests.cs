using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>
/// The canonical form is a stored contract: invocations pin the hash of their definition. Changing what these tests
/// hold breaks invocations in flight. New features may add keys that old maps do not write; nothing else may change.
/// </summary>
public sealed class GoldenMapTests
{
    private const string EverythingHash = "84be2ab5fafb7f8cacb06df5ca6a241c38a5d7d079769433076bec12a83707c5";
    private const string OrderHash = "1d4372d9c7952990e8648d88cd287ece992218bd1f24781a09cb79699ce5db95";

    [Fact]
    public void The_canonical_form_of_every_feature_does_not_change()
    {
        var json = StepMapJson.Write(CanonicalFormTests.Read(Samples.Everything));

        var golden = Path.Combine(AppContext.BaseDirectory, "Definitions", "Golden", "everything.json");
        json.ShouldBe(File.ReadAllText(golden).TrimEnd());
        ContentHash.OfCanonical(json).ShouldBe(EverythingHash);
    }

    [Fact]
    public void The_hash_of_the_order_process_does_not_change() =>
        ContentHash.Of(CanonicalFormTests.Read(Samples.OrderFulfilment)).ShouldBe(OrderHash);

    [Fact]
    public void A_stored_definition_outlives_rules_that_came_after_it()
    {
        var map = new Actors.Definitions.StepMap
        {
            Process = "p",
            Key = "$.input.id",
            InputSchema = """{"required":["id"]}""",
            Steps = [new() { Name = "a", Action = new Actors.Definitions.StepAction.Handler("h") }],
        };
        StepMapValidator.Check(map).ShouldHaveSingleItem().Rule.ShouldBe("key");

        StepMapJson.Write(StepMapJson.Read(StepMapJson.Write(map)).MapOrThrow()).ShouldBe(StepMapJson.Write(map));
        StepMapJson.Read("""{"process":"p"}""").IsValid.ShouldBeFalse();
        StepMapJson.Read("{").IsValid.ShouldBeFalse();
    }

    [Fact]
    public void Every_valid_map_is_read_back_from_its_canonical_form()
    {
        const int seed = 7;
        var maps = new RandomMaps(seed);
        for (var round = 0; round < 1000; round++)
        {
            var map = maps.Next();
            StepMapValidator.Check(map).ShouldBeEmpty($"seed {seed}, round {round}");
            var json = StepMapJson.Write(map);

            var again = ProcessFile.Read(json, "again.yaml");

            again.Errors.ShouldBeEmpty($"seed {seed}, round {round}");
            StepMapJson.Write(again.Map!).ShouldBe(json, $"seed {seed}, round {round}");
        }
    }
}
