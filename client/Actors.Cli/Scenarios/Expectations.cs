using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Cli.Scenarios;

/// <summary>Compares what came out with what was expected.</summary>
internal static class Expectations
{
    /// <summary>What is not as expected of an invocation, a sentence each.</summary>
    public static ImmutableArray<string> Mismatches(ScenarioExpectation expect, InvocationView view)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        if (view.Status != expect.Status)
            found.Add($"status is {Word(view.Status)}, expected {Word(expect.Status)}{Because(view)}");
        if (expect.Failure is { } failure && view.Failure?.Type != failure)
            found.Add($"failure is {view.Failure?.Type ?? "none"}, expected {failure}");
        if (expect.Output is { } output) Compare("output", output.ToElement(), view.Output.ToElement(), found);
        foreach (var (name, step) in expect.Steps) Compare(name, step, view, found);
        return found.ToImmutable();
    }

    /// <summary>Values that were expected and that <paramref name="actual"/> lacks, a sentence each.</summary>
    public static ImmutableArray<string> Mismatches(string name, Payload expected, JsonElement actual)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        Compare(name, expected.ToElement(), actual, found);
        return found.ToImmutable();
    }

    private static void Compare(
        string name, StepExpectation expect, InvocationView view, ImmutableArray<string>.Builder found)
    {
        if (view.Steps.FirstOrDefault(step => step.Name == name) is not { } step)
        {
            found.Add($"there is no step '{name}'");
            return;
        }

        if (expect.Status is { } status && step.Status != status)
            found.Add($"step '{name}' is {Word(step.Status)}, expected {Word(status)}");
        if (expect.Attempts is { } attempts && step.Attempts != attempts)
            found.Add($"step '{name}' took {step.Attempts} attempts, expected {attempts}");
    }

    // Objects may have more fields than expected; all else is equal or not.
    private static void Compare(
        string path, JsonElement expected, JsonElement actual, ImmutableArray<string>.Builder found)
    {
        if (expected.ValueKind == JsonValueKind.Object && actual.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in expected.EnumerateObject())
            {
                var below = $"{path}.{field.Name}";
                if (actual.TryGetProperty(field.Name, out var value)) Compare(below, field.Value, value, found);
                else found.Add($"{below} is missing, expected {field.Value.GetRawText()}");
            }
        }
        else if (!JsonElement.DeepEquals(expected, actual))
        {
            found.Add($"{path} is {actual.GetRawText()}, expected {expected.GetRawText()}");
        }
    }

    private static string Because(InvocationView view) =>
        view.Failure is { } failure ? $" ({failure.Type}: {failure.Message})" : "";

    private static string Word<T>(T status) where T : struct, Enum =>
        JsonNamingPolicy.CamelCase.ConvertName(status.ToString());
}
