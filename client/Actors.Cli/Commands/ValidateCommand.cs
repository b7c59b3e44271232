using System.Collections.Immutable;
using System.CommandLine;
using Actors.Cli.Files;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Cli.Scenarios;
using Actors.Core.Analysis;
using Actors.Core.Definitions;
using Actors.Definitions;

namespace Actors.Cli.Commands;

/// <summary><c>actors validate</c>: checks process files and scenarios, and says every error at once.</summary>
internal sealed class ValidateCommand(CliHost host) : ICliCommand
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "Process files, scenario files, or folders with them",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("validate", "Check process files, and say every error at once.")
        {
            _paths, _json,
        };
        command.SetAction(parsed => Validate(parsed.GetRequiredValue(_paths), parsed.GetValue(_json)));
        return command;
    }

    private int Validate(string[] paths, bool json)
    {
        var files = paths.SelectMany(Check).ToList();
        var isValid = files.TrueForAll(file => file.Errors.IsEmpty);
        if (json)
        {
            host.Out.WriteRaw(JsonText.Of(new { Valid = isValid, Files = files.Select(Report) }));
            return isValid ? ExitCode.Done : ExitCode.Refused;
        }

        foreach (var file in files.Where(file => file.Errors.IsEmpty)) host.Out.Write(Describe(file));
        var errors = files.SelectMany(file => file.Errors).ToImmutableArray();
        if (!errors.IsEmpty) host.Error.Write(ErrorText.Of(errors));
        return isValid ? ExitCode.Done : ExitCode.Refused;
    }

    private static IEnumerable<CheckedFile> Check(string path)
    {
        if (Path.GetFileName(path) == ScenarioFile.Name && File.Exists(path)) return [CheckScenario(path)];
        var hasScenario = Directory.Exists(path) && Source.ScenarioFolder(path) is not null;
        IEnumerable<CheckedFile> scenario = hasScenario ? [CheckScenario(Path.Combine(path, ScenarioFile.Name))] : [];
        return scenario.Concat(Source.ProcessFiles(path).Select(file =>
        {
            try
            {
                var result = Source.Read(file);
                return new CheckedFile(file, result.Map, null, result.Errors);
            }
            catch (RefusedException e)
            {
                // Among many files, one that can't be read hides no mistakes of the others.
                return new CheckedFile(file, null, null, [new DefinitionError(e.Type, e.Message, file, 0)]);
            }
        })).ToList();
    }

    private static CheckedFile CheckScenario(string file)
    {
        var read = ScenarioFile.Read(Source.Text(file, ScenarioFile.TextBytesMax), file);
        return new CheckedFile(
            file, null, read.Scenario, read.Scenario is { } scenario ? CheckCases(scenario, file) : read.Errors);
    }

    // What can't be read may be what a case starts: that is said of the file, and not of the case as well.
    private static ImmutableArray<DefinitionError> CheckCases(Scenario scenario, string file)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            var maps = ScenarioFile.ProcessFiles(scenario, folder).Select(path => Source.Read(path).Map).ToList();
            return maps.Contains(null) ? [] : ScenarioFile.UnknownProcesses(scenario, file, maps.OfType<StepMap>());
        }
        catch (RefusedException e)
        {
            return scenario.Processes.IsEmpty ? [] : [new DefinitionError(e.Type, e.Message, file, 0)];
        }
    }

    private IEnumerable<Line> Describe(CheckedFile file)
    {
        var sign = Line.Of(host.Out.Signs.Succeeded + " ", Tone.Good).Add(file.File, Tone.Strong);
        if (file.Map is not { } map)
        {
            var cases = Words.Count(file.Scenario!.Cases.Length, "case");
            yield return sign.Add($"  scenario {file.Scenario.Name}, {cases}");
            yield break;
        }

        yield return sign.Add(
            $"  {map.Process}, version {map.Version}, {Words.Of(map.Model)}, {Words.Count(map.Steps.Length, "step")}");
        yield return Line.Of($"   hash {ContentHash.Of(map)}", Tone.Faint);
        var path = CriticalPath.Of(map);
        if (path.Work <= TimeSpan.Zero) yield break;
        var undeclared = path.Undeclared == 0 ? "" : $" ({Words.Count(path.Undeclared, "step")} without a duration)";
        yield return Line.Of(
            $"   critical path {Words.Of(path.Length)} of {Words.Of(path.Work)} work{undeclared}: " +
            string.Join(" > ", path.Steps.Take(12)) +
            (path.Steps.Length > 12 ? $" > ({Words.Count(path.Steps.Length - 12, "more step")})" : ""));
    }

    private static object Report(CheckedFile file)
    {
        var path = file.Map is { } valid ? CriticalPath.Of(valid) : null;
        return new
        {
            file.File,
            Valid = file.Errors.IsEmpty,
            Process = file.Map?.Process,
            Scenario = file.Scenario?.Name,
            Version = file.Map?.Version,
            Model = file.Map is { } map ? Words.Of(map.Model) : null,
            Steps = file.Map?.Steps.Length,
            Hash = file.Map is null ? null : ContentHash.Of(file.Map),
            CriticalPath = path is null
                ? null
                : new
                {
                    DurationMs = path.Length.TotalMilliseconds,
                    WorkMs = path.Work.TotalMilliseconds,
                    path.Steps,
                    path.Undeclared,
                },
            file.Errors,
        };
    }

    private sealed record CheckedFile(
        string File, StepMap? Map, Scenario? Scenario, ImmutableArray<DefinitionError> Errors);
}
