using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using System.Text.Json.Serialization;

namespace Actors.Definitions;

/// <summary>Writes JSONPaths as C# lambdas, with names as <see cref="Payload.JsonOptions"/> writes them.</summary>
public static class InputPath
{
    /// <summary>
    /// A path into a process's input: <c>InputPath.Of((Order o) =&gt; o.Lines[0].Sku)</c> is
    /// <c>$.input.lines[0].sku</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The lambda is more than members and constant indexes.</exception>
    public static string Of<TInput, TValue>(Expression<Func<TInput, TValue>> member) => Write("$.input", member);

    /// <summary>A path below a root, such as <c>$</c> or <c>$.steps.reserve.result</c>.</summary>
    /// <exception cref="ArgumentException">The lambda is more than members and constant indexes.</exception>
    public static string Below<TRoot, TValue>(string root, Expression<Func<TRoot, TValue>> member) =>
        Write(root, member);

    internal static string Write(string root, LambdaExpression lambda)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(lambda);
        var path = new StringBuilder(root);
        Append(path, lambda.Body, lambda);
        return path.ToString();
    }

    private static void Append(StringBuilder path, Expression expression, LambdaExpression lambda)
    {
        switch (expression)
        {
            case ParameterExpression:
                break;
            case UnaryExpression { NodeType: ExpressionType.Convert } convert:
                Append(path, convert.Operand, lambda);
                break;
            case MemberExpression { Expression: { } owner } member:
                Append(path, owner, lambda);
                AppendName(path, NameOf(member.Member));
                break;
            case BinaryExpression { NodeType: ExpressionType.ArrayIndex } index:
                Append(path, index.Left, lambda);
                AppendIndex(path, index.Right, lambda);
                break;
            case MethodCallExpression { Method.Name: "get_Item", Object: { } list, Arguments: [var argument] }:
                Append(path, list, lambda);
                AppendIndex(path, argument, lambda);
                break;
            default:
                throw NotAPath(lambda);
        }
    }

    private static void AppendIndex(StringBuilder path, Expression index, LambdaExpression lambda)
    {
        switch (index)
        {
            case ConstantExpression { Value: int number }:
                path.Append(CultureInfo.InvariantCulture, $"[{number}]");
                break;
            case ConstantExpression { Value: string name }:
                AppendName(path, name);
                break;
            default:
                throw NotAPath(lambda);
        }
    }

    private static ArgumentException NotAPath(LambdaExpression lambda) => new(
        $"'{lambda}' is no path: a path is made of members and constant indexes only, such as o => o.Lines[0].Sku; " +
        "write anything else as JSONPath text",
        nameof(lambda));

    private static string NameOf(MemberInfo member) =>
        member.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
        ?? Payload.JsonOptions.PropertyNamingPolicy?.ConvertName(member.Name)
        ?? member.Name;

    // Names that RFC 9535 does not take behind a dot are written in brackets.
    private static void AppendName(StringBuilder path, string name)
    {
        var isShort = name.Length > 0 && !char.IsAsciiDigit(name[0]) &&
            name.All(c => c == '_' || char.IsAsciiLetterOrDigit(c));
        if (isShort)
        {
            path.Append('.').Append(name);
        }
        else
        {
            var escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("'", "\\'", StringComparison.Ordinal);
            path.Append("['").Append(escaped).Append("']");
        }
    }
}
