using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Actors.Core.JsonPath;

namespace Actors.Core.Templates;

/// <summary>
/// A string of a template: a literal, a path, or text with placeholders. A placeholder runs from <c>{$</c> to the
/// <c>}</c> that closes it outside of quotes and brackets; <c>{{$</c> stands for a literal <c>{$</c>, <c>$$</c> at
/// the start for a literal <c>$</c>.
/// </summary>
internal sealed class Placeholders
{
    private readonly ImmutableArray<Part> _parts;

    private Placeholders(ImmutableArray<Part> parts) => _parts = parts;

    /// <summary>The path that the string consists of; null: it is text.</summary>
    public JsonPathQuery? Path => _parts is [{ Query: { } query, IsWhole: true }] ? query : null;

    /// <summary>The text, if there is nothing to fill in.</summary>
    public string? Literal => _parts is [] ? "" : _parts is [{ Query: null } only] ? only.Text : null;

    public IEnumerable<JsonPathQuery> Queries => _parts.Where(p => p.Query is not null).Select(p => p.Query!);

    public static bool TryParse(string text, string pointer, out Placeholders? parsed, out TemplateError? error)
    {
        parsed = null;
        error = null;
        if (text.StartsWith("$$", StringComparison.Ordinal))
        {
            parsed = new Placeholders([new Part(text[1..], null, false)]);
            return true;
        }

        if (text is "$" or ['$', '.' or '[', ..])
        {
            if (!TryQuery(text, text, pointer, out var query, out error)) return false;
            parsed = new Placeholders([new Part(text, query, true)]);
            return true;
        }

        return TryParts(text, pointer, out parsed, out error);
    }

    /// <exception cref="TemplateException">A placeholder has nothing to stand for.</exception>
    public string Fill(JsonView root, Func<string, string>? encode)
    {
        if (Literal is { } literal) return literal;
        var builder = new StringBuilder();
        foreach (var part in _parts)
        {
            if (part.Query is null) builder.Append(part.Text);
            else builder.Append(encode is null ? ValueOf(part.Query, root) : encode(ValueOf(part.Query, root)));
        }

        return builder.ToString();
    }

    private static string ValueOf(JsonPathQuery query, JsonView root)
    {
        if (!query.IsSingular) return JsonSerializer.Serialize(query.Select(root), Payload.JsonOptions);
        if (!query.TrySelectSingle(root, out var value) || value.ValueKind == JsonValueKind.Null)
            throw new TemplateException($"'{query}' selects nothing, and a text needs it");
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
    }

    private static bool TryParts(string text, string pointer, out Placeholders? parsed, out TemplateError? error)
    {
        parsed = null;
        error = null;
        var parts = ImmutableArray.CreateBuilder<Part>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (string.CompareOrdinal(text, i, "{{$", 0, 3) == 0)
            {
                literal.Append("{$");
                i += 2;
                continue;
            }

            if (string.CompareOrdinal(text, i, "{$", 0, 2) != 0)
            {
                literal.Append(text[i]);
                continue;
            }

            var end = EndOf(text, i + 1);
            if (end < 0)
            {
                error = new TemplateError(
                    text, $"the placeholder at position {i} is not closed; write '{{{{$' for a literal '{{$'", pointer);
                return false;
            }

            if (!TryQuery(text[(i + 1)..end], text, pointer, out var query, out error)) return false;
            if (literal.Length > 0) parts.Add(new Part(literal.ToString(), null, false));
            literal.Clear();
            parts.Add(new Part("", query, false));
            i = end;
        }

        if (literal.Length > 0) parts.Add(new Part(literal.ToString(), null, false));
        parsed = new Placeholders(parts.ToImmutable());
        return true;
    }

    private static int EndOf(string text, int from)
    {
        var brackets = 0;
        for (var i = from; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\'' or '"':
                    var quote = text[i];
                    for (i++; i < text.Length && text[i] != quote; i++)
                    {
                        if (text[i] == '\\') i++;
                    }

                    break;
                case '[' or '(': brackets++; break;
                case ']' or ')': brackets--; break;
                case '}' when brackets <= 0: return i;
            }
        }

        return -1;
    }

    private static bool TryQuery(
        string path, string text, string pointer, out JsonPathQuery? query, out TemplateError? error)
    {
        error = JsonPathQuery.TryParse(path, out query, out var pathError)
            ? null
            : new TemplateError(text, $"'{path}' is not a JSONPath: {pathError}", pointer);
        return error is null;
    }

    private readonly record struct Part(string Text, JsonPathQuery? Query, bool IsWhole);
}
