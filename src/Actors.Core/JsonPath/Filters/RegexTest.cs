using System.Text.Json;
using System.Text.RegularExpressions;
using Actors.Core.JsonPath.Walking;

namespace Actors.Core.JsonPath.Filters;

/// <summary>
/// <c>match</c> and <c>search</c>: false if either argument is no string, or the second no I-Regexp.
/// </summary>
internal sealed class RegexTest : LogicalExpression
{
    private readonly ValueExpression _text;
    private readonly ValueExpression _pattern;
    private readonly bool _isWhole;

    // The regex of the last pattern. Replaced as a whole, so any thread sees a pattern with its own regex.
    private volatile Compiled? _last;

    /// <param name="text">What is matched.</param>
    /// <param name="pattern">The I-Regexp.</param>
    /// <param name="isWhole">Whether it has to match the whole text.</param>
    public RegexTest(ValueExpression text, ValueExpression pattern, bool isWhole)
    {
        _text = text;
        _pattern = pattern;
        _isWhole = isWhole;
        if (pattern is LiteralValue { Literal.Text: { } literal }) _last = Compile(literal);
    }

    public override bool Holds(JsonElement current, Evaluation evaluation)
    {
        if (_text.Value(current, evaluation).Text is not { } text) return false;
        if (_pattern.Value(current, evaluation).Text is not { } pattern) return false;
        var compiled = _last;
        if (compiled is null || !string.Equals(compiled.Pattern, pattern, StringComparison.Ordinal))
            _last = compiled = Compile(pattern);
        try
        {
            return compiled.Regex?.IsMatch(text) ?? false;
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new JsonPathException($"matching against '{pattern}' takes too long", e);
        }
    }

    private Compiled Compile(string pattern) => new(pattern, IRegexp.TryTranslate(pattern, _isWhole));

    private sealed record Compiled(string Pattern, Regex? Regex);
}
