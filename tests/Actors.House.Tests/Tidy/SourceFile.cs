using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Actors.House.Tests.Tidy;

/// <summary>One C# file, parsed.</summary>
internal sealed class SourceFile(string path, string text)
{
    // The compiler of the build is newer than this parser; Preview lets it read the newest syntax it knows.
    private static readonly CSharpParseOptions Newest = new(LanguageVersion.Preview, DocumentationMode.Parse);

    private static readonly Lazy<ImmutableArray<SourceFile>> Tracked =
        new(() => [.. Repository.CSharp.Select(file => new SourceFile(file, Repository.Read(file)))]);

    public static ImmutableArray<SourceFile> All => Tracked.Value;

    public string Path { get; } = path;

    public string Text { get; } = text;

    public SyntaxNode Syntax { get; } = CSharpSyntaxTree.ParseText(text, Newest, path).GetRoot();

    public string[] Lines { get; } = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    /// <summary>
    /// Name and length in lines, from signature to last brace, of every method, accessor and constructor.
    /// </summary>
    public IEnumerable<(string Name, int Lines)> Methods()
    {
        foreach (var node in Syntax.DescendantNodesAndSelf())
        {
            if (NameOf(node) is not { } name) continue;
            var types = node.Ancestors().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text);
            yield return (string.Join('.', [.. types.Reverse(), name]), LinesOf(node));
        }
    }

    public string At(SyntaxNode node) => At(node.GetLocation());

    public string At(Location location) => $"{Path}:{location.GetLineSpan().StartLinePosition.Line + 1}";

    private static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax => ".ctor",
        DestructorDeclarationSyntax => "Finalize",
        OperatorDeclarationSyntax operation => "operator " + operation.OperatorToken.Text,
        ConversionOperatorDeclarationSyntax conversion => "operator " + conversion.Type,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        IndexerDeclarationSyntax => "this[]",
        CompilationUnitSyntax unit when unit.Members.OfType<GlobalStatementSyntax>().Any() => "<top level>",
        _ => null,
    };

    private static int LinesOf(SyntaxNode node)
    {
        var (first, last) = node is CompilationUnitSyntax unit
            ? (unit.Members.OfType<GlobalStatementSyntax>().First().GetFirstToken(),
                unit.Members.OfType<GlobalStatementSyntax>().Last().GetLastToken())
            : (FirstAfterAttributes(node), node.GetLastToken());
        return last.GetLocation().GetLineSpan().EndLinePosition.Line
            - first.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
    }

    private static SyntaxToken FirstAfterAttributes(SyntaxNode node) =>
        node.ChildNodesAndTokens().First(child => !child.IsKind(SyntaxKind.AttributeList)) switch
        {
            { IsToken: true } token => token.AsToken(),
            var child => child.AsNode()!.GetFirstToken(),
        };
}
