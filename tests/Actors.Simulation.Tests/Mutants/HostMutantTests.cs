using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Actors.Simulation.Mutants;
using Actors.Simulation.Programs;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.Simulation.Tests.Mutants;

public sealed class HostMutantTests(ITestOutputHelper output)
{
    private const int SeedsMax = 120;

    [Fact]
    public void Every_mutant_in_the_code_of_the_host_is_found()
    {
        var mutants = new ConcurrentQueue<HostMutant>(HostMutant.All);
        var found = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (mutants.TryDequeue(out var mutant)) found[mutant.Name] = Hunt(mutant);
        })).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        foreach (var (name, how) in found.OrderBy(f => f.Key, StringComparer.Ordinal))
            output.WriteLine($"{name}: {how}");

        found.Where(f => !f.Value.StartsWith("found", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string Hunt(HostMutant mutant)
    {
        try
        {
            var hunt = MutantEngine.SimulatorOf(mutant).GetType(typeof(MutantHunt).FullName!)!
                .GetMethod(nameof(MutantHunt.FindAny), BindingFlags.Public | BindingFlags.Static)!
                .CreateDelegate<Func<string?, int, string[]?>>();
            if (hunt(mutant.Program, SeedsMax) is not [var mode, var seed, var violation]) return "not found";
            var number = ulong.Parse(seed, CultureInfo.InvariantCulture);
            return MutantHunt.IsClean(mutant.Program, Enum.Parse<FaultMode>(mode), number)
                ? $"found, {mode}, {number + 1} seeds: {violation.Split('\n')[0]}"
                : $"{mode} of seed {seed} shows something without it";
        }
        catch (Exception e)
        {
            return $"thrown: {e}";
        }
    }
}
