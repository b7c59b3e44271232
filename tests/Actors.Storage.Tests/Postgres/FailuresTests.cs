using Actors.Storage.Postgres;
using Npgsql;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

public sealed class FailuresTests
{
    [Theory]
    [InlineData("08000", true)]
    [InlineData("08006", true)]
    [InlineData("25006", true)]
    [InlineData("53300", true)]
    [InlineData("57P01", true)]
    [InlineData("57P02", true)]
    [InlineData("57P03", true)]
    [InlineData("57P04", true)]
    [InlineData("57P05", true)]
    [InlineData("25001", false)]
    [InlineData("25P03", true)]
    [InlineData("25P04", true)]
    [InlineData("40001", false)]
    [InlineData("42501", false)]
    [InlineData("53100", false)]
    [InlineData("53200", false)]
    [InlineData("53400", false)]
    [InlineData("57014", false)]
    public void A_state_says_whether_the_server_is_away(string state, bool isAway) =>
        Failures.IsAway(new PostgresException("text", "ERROR", "ERROR", state)).ShouldBe(isAway);
}
