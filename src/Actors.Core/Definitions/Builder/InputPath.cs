using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using Actors.Core.Definitions.Types;
using Actors.Core.Text;

namespace Actors.Definitions;

/// <summary>Writes JSONPaths as C# lambdas, with names as <see cref="Payload.JsonOptions"/> writes them.</summary>
public static class InputPath
{
    /// <summary>
    /// A path into a process's input: <c>InputPath.Of((Order o) =&gt; o.Lines[0].Sku)</c> is
    /// <c>$.input.lines[0].sku</c>.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The lambda is more than members and constant indexes, or has a member that JSON does not.
    /// </exception>
    public static string Of<TInput, TValue>(Expression<Func<TInput, TValue>> member) => Write("$.input", member);

    /// <summary>A path below a root, such as <c>$</c> or <c>$.steps.reserve.result</c>.</summary>
    /// <exception cref="ArgumentException">
    /// The lambda is more than members and constant indexes, or has a member that JSON does not.
    /// </exception>
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

    /// <summary>
    /// The type of what a lambda selects, as its JSON has it: a cast changes nothing of that; one down says more of it.
    /// </summary>
    internal static Type TypeOf(LambdaExpression lambda) => TypeOf(lambda.Body);

    private static Type TypeOf(Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert, Operand: var operand } &&
        !operand.Type.IsAssignableFrom(expression.Type)
            ? TypeOf(operand)
            : expression.Type;

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
                AppendMember(path, member, owner, lambda);
                break;
            case UnaryExpression { NodeType: ExpressionType.ArrayLength, Operand: var array }:
                throw NotInJson("Length", array.Type, lambda);
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

    private static void AppendMember(
        StringBuilder path, MemberExpression member, Expression ownerExpression, LambdaExpression lambda)
    {
        var owner = TypeOf(ownerExpression);
        if (Nullable.GetUnderlyingType(owner) is not null && member.Member.Name == nameof(Nullable<int>.Value)) return;
        AppendName(path, JsonMembers.NameOf(owner, member.Member)
            ?? throw NotInJson(member.Member.Name, owner, lambda));
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

    private static ArgumentException NotInJson(string member, Type owner, LambdaExpression lambda) => new(
        $"'{lambda}' is no path: '{member}' of {TypeNames.Show(owner)} is not in the JSON of its values; take a " +
        "property that is (a field with [JsonInclude], none with [JsonIgnore]), or take the whole and compute it in " +
        "the handler",
        nameof(lambda));

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
