using Shouldly;

namespace Actors.Steps.Tests;

public sealed class HandlerNameTests
{
    [Theory]
    [InlineData("ReserveStockHandler", "reserve-stock")]
    [InlineData("Charge", "charge")]
    [InlineData("Handler", "handler")]
    [InlineData("HTTPCallHandler", "http-call")]
    [InlineData("Sha256Hash", "sha256-hash")]
    [InlineData("ChargeV2Handler", "charge-v2")]
    [InlineData("MapHandler`2", "map")]
    public void A_class_name_becomes_kebab_case_without_its_suffix(string className, string name) =>
        HandlerNames.FromClassName(className).ShouldBe(name);

    [Fact]
    public void The_attribute_wins_over_the_class_name() => HandlerNames.Of<RenamedHandler>().ShouldBe("old.name");

    [Fact]
    public void A_name_against_the_rules_is_refused_with_the_way_out() =>
        Should.Throw<InvalidNameException>(HandlerNames.Of<MisnamedHandler>).Message.ShouldContain("[HandlerName(");

    [HandlerName("old.name")]
    private sealed class RenamedHandler;

    [HandlerName("no good")]
    private sealed class MisnamedHandler;
}
