using System.Globalization;

namespace Actors.Core.Tests.Invocations;

public sealed class RandomWalkTests
{
    // Given for a longer run.
    private const string CountVariable = "ACTORS_TEST_WALKS";

    [Fact]
    public void Whatever_happens_nothing_begins_before_it_may_and_in_the_end_all_succeeds()
    {
        var count = int.TryParse(
            Environment.GetEnvironmentVariable(CountVariable), CultureInfo.InvariantCulture, out var given)
            ? given
            : 1_000;
        for (var seed = 0; seed < count; seed++)
        {
            var walk = RandomWalk.Of(seed);
            try
            {
                walk.Run();
            }
            catch (Exception e)
            {
                Assert.Fail($"walk {seed}: {e.Message}\n{walk.Told}");
            }
        }
    }
}
