using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Actors.House.Tests.Tidy;

/// <summary>
/// What may not be written. Each rule answers the places that break it as "file:line: what". Code is judged by its
/// syntax, so that a name in a string or in a comment is no offence.
/// </summary>
internal static partial class SyntaxRules
{
    private static readonly (string Type, string Member)[] Ambient =
    [
        ("Task", "Run"), ("Guid", "NewGuid"), ("Guid", "CreateVersion7"), ("Random", "Shared"), ("Thread", "Sleep"),
        ("DateTime", "UtcNow"), ("DateTime", "Now"), ("DateTime", "Today"),
        ("DateTimeOffset", "UtcNow"), ("DateTimeOffset", "Now"),
    ];

    private static readonly string[] Clocks = ["time", "clock", "timeProvider"];

    /// <summary>Ambient time, ids, chance and threads, and blocking on tasks: not in Core, not in grains.</summary>
    public static IEnumerable<string> AmbientSymbols(SourceFile file)
    {
        foreach (var node in file.Syntax.DescendantNodes())
        {
            var found = node switch
            {
                MemberAccessExpressionSyntax access => AmbientMember(access),
                InvocationExpressionSyntax call when IsConfigureAwaitFalse(call) => "ConfigureAwait(false)",
                BaseObjectCreationExpressionSyntax create when CreatedType(create) == "Random" => "new Random",
                _ => null,
            };
            if (found is not null) yield return $"{file.At(node)}: {found}";
        }
    }

    /// <summary>
    /// Real time spent in a test. Waiting for ever, until cancelled, is no sleep, and neither is a delay on a clock
    /// that the test moves.
    /// </summary>
    public static IEnumerable<string> Sleeps(SourceFile file)
    {
        foreach (var call in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is not MemberAccessExpressionSyntax access) continue;
            var called = (LastName(access.Expression), access.Name.Identifier.Text);
            if (called is ("Thread", "Sleep") || (called is ("Task", "Delay") && !IsHarmless(call)))
                yield return $"{file.At(call)}: {called.Item1}.{called.Item2} waits; await the thing itself";
        }
    }

    /// <summary>A catch that does nothing and does not say why.</summary>
    public static IEnumerable<string> SilentCatches(SourceFile file) => file.Syntax.DescendantNodes()
        .OfType<CatchClauseSyntax>()
        .Where(clause => clause.Block.Statements.Count == 0 && !clause.Block.DescendantTrivia().Any(IsComment))
        .Select(clause => $"{file.At(clause)}: an empty catch without a reason");

    public static IEnumerable<string> NotImplemented(SourceFile file) => file.Syntax.DescendantNodes()
        .OfType<IdentifierNameSyntax>()
        .Where(name => name.Identifier.Text == nameof(NotImplementedException))
        .Select(name => (Name: name, name.Parent))
        .Where(found => found.Parent is ObjectCreationExpressionSyntax or QualifiedNameSyntax)
        .Select(found => $"{file.At(found.Name)}: {found.Name}");

    /// <summary>Notes to oneself, in comments of code.</summary>
    public static IEnumerable<string> Notes(SourceFile file) => file.Syntax.DescendantTrivia(descendIntoTrivia: false)
        .Where(trivia => IsComment(trivia) && NoteWord.IsMatch(trivia.ToFullString()))
        .Select(trivia => $"{file.At(trivia.GetLocation())}: {NoteWord.Match(trivia.ToFullString()).Value}");

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    public static partial Regex NoteWord { get; }

    private static string? AmbientMember(MemberAccessExpressionSyntax access)
    {
        var member = access.Name.Identifier.Text;
        if (member == "GetResult" && access.Expression is InvocationExpressionSyntax
            { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "GetAwaiter" } })
            return "GetAwaiter().GetResult()";
        var type = LastName(access.Expression);
        return Ambient.Contains((type, member)) ? $"{type}.{member}" : null;
    }

    private static bool IsConfigureAwaitFalse(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" }
        && call.ArgumentList.Arguments.Any(argument => argument.Expression.IsKind(SyntaxKind.FalseLiteralExpression));

    private static string CreatedType(BaseObjectCreationExpressionSyntax create) => create switch
    {
        ObjectCreationExpressionSyntax named => LastName(named.Type),
        _ => create.Ancestors().Select(DeclaredType).FirstOrDefault(type => type is not null) is { } declared
            ? LastName(declared)
            : "",
    };

    private static TypeSyntax? DeclaredType(SyntaxNode node) => node switch
    {
        VariableDeclarationSyntax variable => variable.Type,
        PropertyDeclarationSyntax property => property.Type,
        ArgumentListSyntax => SyntaxFactory.ParseTypeName("unknown"), // belongs to a parameter, not to what encloses it
        _ => null,
    };

    private static bool IsHarmless(InvocationExpressionSyntax delay)
    {
        var arguments = delay.ArgumentList.Arguments;
        if (arguments.Count == 0) return false;
        if (arguments[0].Expression.ToString() is "Timeout.Infinite" or "Timeout.InfiniteTimeSpan") return true;
        return arguments.Skip(1).Any(argument => Clocks.Contains(
            LastName(argument.Expression).TrimStart('_'), StringComparer.OrdinalIgnoreCase));
    }

    private static bool IsComment(SyntaxTrivia trivia) => trivia.Kind() is
        SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia or
        SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia;

    private static string LastName(SyntaxNode node) => node switch
    {
        SimpleNameSyntax name => name.Identifier.Text,
        MemberAccessExpressionSyntax access => access.Name.Identifier.Text,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.Text,
        NullableTypeSyntax nullable => LastName(nullable.ElementType),
        _ => "",
    };
}
