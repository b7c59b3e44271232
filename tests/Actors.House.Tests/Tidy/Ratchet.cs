using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.House.Tests.Tidy;

/// <summary>
/// Limits that what exists already exceeds are written down, and may only shrink: <c>ratchet.json</c> maps a section
/// and a place to the number that is allowed there. Getting worse fails; getting better without lowering the number
/// fails too.
/// </summary>
internal static class Ratchet
{
    private const string File = "tests/Actors.House.Tests/ratchet.json";

    private const string HowToUpdate = $"UPDATE_RATCHET=1 dotnet test tests/Actors.House.Tests writes {File} anew";

    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// What is wrong with <paramref name="measured"/> (places above the limit) under the checked-in numbers.
    /// </summary>
    public static IReadOnlyList<string> Check(string section, int limit, Dictionary<string, int> measured)
    {
        var all = Load();
        if (Environment.GetEnvironmentVariable("UPDATE_RATCHET") != "1")
            return Compare(section, limit, all.GetValueOrDefault(section, []), measured);
        all[section] = new(measured, StringComparer.Ordinal);
        System.IO.File.WriteAllText(Repository.Absolute(File), JsonSerializer.Serialize(all, Written) + "\n");
        return [];
    }

    public static IReadOnlyList<string> Compare(
        string section, int limit, IReadOnlyDictionary<string, int> allowed, Dictionary<string, int> measured)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var place in allowed.Keys.Union(measured.Keys).Order(StringComparer.Ordinal))
        {
            var now = measured.GetValueOrDefault(place);
            var then = allowed.GetValueOrDefault(place);
            if (now > then)
            {
                problems.Add($"{place}: {section} is {now}, allowed is {Math.Max(then, limit)}; make it smaller.");
            }
            else if (now < then)
            {
                var remedy = now == 0
                    ? $"remove its entry from {section}"
                    : $"write {now} for it in {section}";
                problems.Add($"{place}: better than the {then} on the list; {remedy} ({HowToUpdate}).");
            }
        }

        return problems.ToImmutable();
    }

    private static SortedDictionary<string, SortedDictionary<string, int>> Load()
    {
        var read = Repository.Exists(File)
            ? JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, int>>>(Repository.Read(File))!
            : [];
        var sections = new SortedDictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);
        foreach (var (section, places) in read) sections[section] = new(places, StringComparer.Ordinal);
        return sections;
    }
}
