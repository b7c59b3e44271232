using System.Collections.Immutable;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>Asks the readers of paths, conditions, templates and schemas what a text says.</summary>
internal static class Expressions
{
    /// <summary>Deepest nesting of a template: leaves room for what stands around it in a file.</summary>
    public const int TemplateDepthMax = 48;

    public static string? Problem(ExpressionKind kind, string text) => TryRead(kind, text, out _, out var problem) ? null : problem;

    public static bool TryRead(ExpressionKind kind, string text, out ImmutableArray<ImmutableArray<string>> references, out string problem)
    {
        references = [];
        problem = "";
        return true;
    }

    public static bool IsSingular(string path) => true;
    public static bool IsAlwaysFalse(string condition) => false;
    public static string? SchemaProblem(string json) => null;
    public static int TemplateDepth(Template template) => 1;
}
