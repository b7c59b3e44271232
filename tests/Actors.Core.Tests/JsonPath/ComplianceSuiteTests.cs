using System.Text.Json;
using Actors.Core.JsonPath;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Core.Tests.JsonPath;

/// <summary>The JSONPath Compliance Test Suite: 703 cases, 247 of them texts that must be refused.</summary>
public sealed class ComplianceSuiteTests
{
    [DataFact]
    public void Every_case_of_the_compliance_suite_passes()
    {
        using var suite = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestData.Folder!, "jsonpath", "cts.json")));
        var failures = new List<string>();
        var count = 0;
        foreach (var test in suite.RootElement.GetProperty("tests").EnumerateArray())
        {
            count++;
            if (Check(test) is { } failure) failures.Add($"{test.GetProperty("name").GetString()}: {failure}");
        }

        failures.ShouldBeEmpty();
        count.ShouldBe(703);
    }

    private static string? Check(JsonElement test)
    {
        var selector = test.GetProperty("selector").GetString()!;
        var isInvalid = test.TryGetProperty("invalid_selector", out var invalid) && invalid.GetBoolean();
        if (!JsonPathQuery.TryParse(selector, out var query, out var error))
            return isInvalid ? null : $"'{selector}' was refused: {error}";
        if (isInvalid) return $"'{selector}' was taken";
        var document = test.GetProperty("document");
        var nodes = query.SelectWithPaths(document);
        var values = JsonSerializer.SerializeToElement(nodes.Select(n => n.Value));
        if (!Allowed(test, "result", "results").Any(r => JsonElement.DeepEquals(r, values)))
            return $"'{selector}' selects {values}";
        if (!JsonElement.DeepEquals(values, JsonSerializer.SerializeToElement(query.Select(document))))
            return $"'{selector}' selects something else without paths";
        var paths = JsonSerializer.SerializeToElement(nodes.Select(n => n.Path));
        return Allowed(test, "result_paths", "results_paths").Any(r => JsonElement.DeepEquals(r, paths))
            ? null
            : $"'{selector}' selects at {paths}";
    }

    private static IEnumerable<JsonElement> Allowed(JsonElement test, string one, string many) =>
        test.TryGetProperty(one, out var result) ? [result] : test.GetProperty(many).EnumerateArray();
}
