using Actors.Core.Text;
using Shouldly;

namespace Actors.Core.Tests.Text;

public class SpellingTests
{
    [Theory]
    [InlineData("paymnt", "payment")]
    [InlineData("lable", "label")]
    [InlineData("CHARGE", "charge")]
    [InlineData("chargeback-x", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_at_most_a_third_away(string wrong, string? expected) =>
        Spelling.Nearest(wrong, ["payment", "label", "charge"]).ShouldBe(expected);
}
