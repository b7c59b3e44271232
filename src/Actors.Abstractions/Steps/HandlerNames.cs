using System.Reflection;
using System.Text;

namespace Actors;

/// <summary>
/// The name a handler class is registered under. A class without it is called by its class name in kebab-case without
/// the suffix <c>Handler</c>: <c>ReserveStockHandler</c> is <c>reserve-stock</c>.
/// </summary>
/// <param name="name">A name by the rules in <see cref="Names"/>. Stored definitions refer to it: do not change it
/// lightly.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class HandlerNameAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}

/// <summary>
/// How handler classes are named: the one rule for definitions built in C# and for the workers that run them.
/// </summary>
public static class HandlerNames
{
    private const string Suffix = "Handler";

    /// <summary>
    /// The name of a handler class, by its <see cref="HandlerNameAttribute"/> or else its class name.
    /// </summary>
    /// <exception cref="InvalidNameException">The name is none by the rules in <see cref="Names"/>.</exception>
    public static string Of(Type handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var declared = handler.GetCustomAttribute<HandlerNameAttribute>(inherit: false)?.Name;
        var name = declared ?? FromClassName(handler.Name);
        if (Names.IsName(name)) return name;
        throw new InvalidNameException(
            $"handler class {handler} would be called '{name}', which is not a name: a name starts with a letter or " +
            "digit, goes on with letters, digits, '_', '-', '.' or ':', and has at most " +
            $"{Names.NameCharactersMax} characters; give the class a [HandlerName(\"...\")] that is one");
    }

    /// <summary>
    /// The name of a handler class, by its <see cref="HandlerNameAttribute"/> or else its class name.
    /// </summary>
    /// <exception cref="InvalidNameException">The name is none by the rules in <see cref="Names"/>.</exception>
    public static string Of<THandler>() => Of(typeof(THandler));

    /// <summary>
    /// A class name as a handler name: without the suffix <c>Handler</c> (unless nothing else is left) and the arity
    /// of a generic class, words separated by hyphens, in lower case. A run of capitals is one word: <c>HTTPCall</c>
    /// is
    /// <c>http-call</c>; digits belong to the word before them: <c>Sha256Hash</c> is <c>sha256-hash</c>.
    /// </summary>
    public static string FromClassName(string className)
    {
        ArgumentNullException.ThrowIfNull(className);
        var tick = className.IndexOf('`', StringComparison.Ordinal);
        var text = tick < 0 ? className : className[..tick];
        if (text.Length > Suffix.Length && text.EndsWith(Suffix, StringComparison.Ordinal))
            text = text[..^Suffix.Length];

        var name = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            if (StartsWord(text, i)) name.Append('-');
            name.Append(char.ToLowerInvariant(text[i]));
        }

        return name.ToString();
    }

    private static bool StartsWord(string text, int i)
    {
        if (i == 0 || !char.IsUpper(text[i])) return false;
        var before = text[i - 1];
        return char.IsLower(before) || char.IsDigit(before) ||
            char.IsUpper(before) && i + 1 < text.Length && char.IsLower(text[i + 1]);
    }
}
