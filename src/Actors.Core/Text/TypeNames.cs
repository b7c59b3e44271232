namespace Actors.Core.Text;

/// <summary>Names of .NET types as messages show them.</summary>
internal static class TypeNames
{
    /// <summary>As in C#, without namespaces: <c>List&lt;Line&gt;</c>.</summary>
    public static string Show(Type type)
    {
        if (type.IsArray) return $"{Show(type.GetElementType()!)}[]";
        return type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GenericTypeArguments.Select(Show))}>"
            : type.Name;
    }
}
