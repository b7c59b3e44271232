using System.CommandLine;
using System.CommandLine.Parsing;
using Actors.Cli.Rendering;

namespace Actors.Cli.Hosting;

/// <summary>What is wrong with a command line, in one paragraph.</summary>
internal static class UsageText
{
    /// <summary>The paragraph.</summary>
    public static string Of(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        var (command, name) = (result.Command, Path(result));
        var unknown = parsed.UnmatchedTokens.FirstOrDefault();
        if (unknown is null && command is RootCommand) return $"name a command; '{name} --help' lists them";
        var said = unknown is null || !IsAboutUnknown(parsed, unknown)
            ? string.Join("; ", parsed.Errors.Select(Sentence).Distinct(StringComparer.Ordinal))
            : Unknown(unknown, command, name);
        return $"{said}{(said.EndsWith('?') ? "" : ".")} '{name} --help' says what there is";
    }

    private static bool IsAboutUnknown(ParseResult parsed, string unknown) =>
        parsed.Errors.Any(error => error.Message.Contains($"'{unknown}'", StringComparison.Ordinal));

    private static string Unknown(string token, Command command, string name)
    {
        var isOption = token.StartsWith('-');
        var written = isOption ? token.Split('=')[0] : token;
        var known = isOption
            ? command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            : command.Subcommands.Select(sub => sub.Name);
        var what = isOption ? "an option" : command.Subcommands.Count > 0 ? "a command" : "an argument";
        var near = Hints.Nearest(written, known);
        return $"'{written}' is not {what} of '{name}'" + (near is null ? "" : $"; did you mean '{near}'?");
    }

    private static string Sentence(ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Argument: var argument } => $"{argument.Name} is missing",
        CommandResult { Command: { Subcommands.Count: > 0 } command } =>
            $"name one of {string.Join(", ", command.Subcommands.Select(sub => $"'{sub.Name}'"))}",
        _ => error.Message.TrimEnd('.'),
    };

    private static string Path(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is CommandResult one; at = one.Parent)
            names.Push(one.Command is RootCommand ? "actors" : one.Command.Name);
        return string.Join(' ', names);
    }
}
