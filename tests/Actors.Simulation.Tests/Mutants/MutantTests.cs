using System.Collections.Concurrent;
using Actors.Simulation.Mutants;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.Simulation.Tests.Mutants;

public sealed class MutantTests(ITestOutputHelper output)
{
    private const int SeedsMax = 120;

    [Fact]
    public void Every_planted_mutant_is_found()
    {
        var mutants = new ConcurrentQueue<Mutant>(Enum.GetValues<Mutant>().Where(m => m != Mutant.None));
        mutants.Count.ShouldBeGreaterThanOrEqualTo(20);
        var found = new ConcurrentDictionary<Mutant, Catch?>();
        // Worlds run each on a thread of its own.
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (mutants.TryDequeue(out var mutant)) found[mutant] = MutantHunt.Find(mutant, SeedsMax);
        })).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        foreach (var (mutant, how) in found.OrderBy(f => f.Key))
        {
            var mode = how?.Mode.ToString() ?? "not found";
            output.WriteLine($"{mutant}: {mode}, {how?.Seeds} seeds: {how?.Violation.Split('\n')[0]}");
        }

        found.Where(f => f.Value is null).Select(f => f.Key).ShouldBeEmpty();
    }
}
