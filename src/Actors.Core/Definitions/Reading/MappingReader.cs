using System.Collections.Immutable;
using System.Globalization;
using Actors.Core.Definitions.Canonical;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Core.Definitions.Reading;

/// <summary>
/// Takes typed values out of one mapping. What is of the wrong kind is an error and reads as if it were absent, so that
/// reading goes on to the next error.
/// </summary>
/// <param name="node">The mapping.</param>
/// <param name="thing">What it describes, for messages: <c>step 'label'</c>.</param>
/// <param name="errors">Where errors go.</param>
internal readonly struct MappingReader(MappingNode node, string thing, FileErrors errors)
{
    public string Thing { get; } = thing;

    public FileErrors Errors { get; } = errors;

    public int Line => node.Line;

    public Node? Node(string key) => node.Find(key)?.Value;

    public bool Has(string key) => node.Find(key) is not null;

    /// <summary>The line of a key, or of the mapping if it is not there.</summary>
    public int LineOf(string key) => node.Find(key)?.Line ?? node.Line;

    public void Wrong(string key, string expected) => Wrong(key, node.Find(key)!.Value.Value, expected);

    public void Wrong(string key, Node value, string expected, string? suggestion = null) =>
        Errors.Add(
            "wrong-value", value.Line, $"{Thing}: '{key}' takes {expected}, but is {value.Describe()}", suggestion);

    /// <summary>What is no duration, with what was probably meant.</summary>
    public void WrongDuration(string key, string expected)
    {
        var value = Node(key)!;
        Wrong(key, value, expected, value is ScalarNode scalar ? DurationGuess.Of(scalar.Text) : null);
    }

    /// <summary>Reports every key that is not known.</summary>
    /// <param name="known">Keys of this mapping.</param>
    /// <param name="explain">What to say about keys that belong elsewhere; null: nothing.</param>
    public void RefuseUnknown(ImmutableArray<string> known, Func<string, string?>? explain = null)
    {
        foreach (var field in node.Fields)
        {
            if (Errors.IsFull) return;
            if (known.Contains(field.Key, StringComparer.Ordinal)) continue;
            if (explain?.Invoke(field.Key) is { } why)
            {
                Errors.Add("misplaced-key", field.Line, $"{Thing}: {why}");
                continue;
            }

            var near = Spelling.Nearest(field.Key, known);
            var wayOut = near is null ? $"; keys: {string.Join(", ", known)}" : "";
            Errors.Add("unknown-key", field.Line, $"{Thing}: the key '{field.Key}' is not known{wayOut}", near);
        }
    }

    /// <summary>A text; numbers and truth values count as they are written.</summary>
    public string? Text(string key, string expected = "a text")
    {
        switch (Node(key))
        {
            case null:
                return null;
            case ScalarNode { Kind: not ScalarKind.Null } scalar:
                return scalar.Text;
            default:
                Wrong(key, expected);
                return null;
        }
    }

    public string? RequiredText(string key, string expected)
    {
        if (Has(key)) return Text(key, expected);
        Missing(key, expected);
        return null;
    }

    /// <summary>Reports a key that has to be there, unless one is there that was probably meant to be it.</summary>
    public void Missing(string key, string expected)
    {
        if (!node.Fields.Any(field => Spelling.Nearest(field.Key, [key]) is not null))
            Errors.Add("missing-key", Line, $"{Thing}: '{key}' is missing; it takes {expected}");
    }

    public int? Integer(string key, string expected = "a whole number")
    {
        if (Node(key) is not { } value) return null;
        if (value is ScalarNode { Kind: ScalarKind.Number } number &&
            int.TryParse(number.Number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return integer;
        Wrong(key, expected);
        return null;
    }

    public double? Number(string key, string expected = "a number")
    {
        if (Node(key) is not { } value) return null;
        if (value is ScalarNode { Kind: ScalarKind.Number } number)
            return double.Parse(number.Number, NumberStyles.Float, CultureInfo.InvariantCulture);
        Wrong(key, expected);
        return null;
    }

    public bool? Flag(string key)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case ScalarNode { Kind: ScalarKind.True or ScalarKind.False } flag:
                return flag.Kind == ScalarKind.True;
            default:
                Wrong(key, "true or false");
                return null;
        }
    }

    public TimeSpan? Duration(string key)
    {
        if (Node(key) is not { } value) return null;
        if (value is ScalarNode { Kind: ScalarKind.Text } scalar && Durations.TryParse(scalar.Text, out var duration))
            return duration;
        WrongDuration(key, Durations.Forms);
        return null;
    }

    /// <summary>One of a few words.</summary>
    public T? Word<T>(string key, ImmutableArray<(string Word, T Value)> words) where T : struct
    {
        if (Node(key) is not { } value) return null;
        var text = (value as ScalarNode)?.Text;
        foreach (var (word, meaning) in words)
        {
            if (word == text) return meaning;
        }

        var all = words.Select(w => w.Word).ToImmutableArray();
        Errors.Add("wrong-value", value.Line,
            $"{Thing}: '{key}' is one of {string.Join(", ", all)}, but is {value.Describe()}",
            text is null ? null : Spelling.Nearest(text, all));
        return null;
    }

    public Template? Template(string key) => Node(key) is { } value ? new Template(CanonicalJson.Of(value)) : null;

    /// <summary>Texts in a list; a single text stands for a list of one.</summary>
    public ImmutableArray<string> Texts(string key, string expected)
    {
        switch (Node(key))
        {
            case null:
                return [];
            case ScalarNode { Kind: not ScalarKind.Null } single:
                return [single.Text];
            case SequenceNode list:
                var texts = ImmutableArray.CreateBuilder<string>(list.Items.Count);
                foreach (var item in list.Items)
                {
                    if (item is ScalarNode { Kind: not ScalarKind.Null } scalar) texts.Add(scalar.Text);
                    else Wrong(key, item, expected);
                }

                return texts.ToImmutable();
            default:
                Wrong(key, expected);
                return [];
        }
    }

    public ImmutableArray<int> Integers(string key, string expected)
    {
        var integers = ImmutableArray.CreateBuilder<int>();
        foreach (var text in Texts(key, expected))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer))
                integers.Add(integer);
            else
                Wrong(key, expected);
        }

        return integers.ToImmutable();
    }

    public ImmutableSortedDictionary<string, string> TextMap(string key, StringComparer comparer)
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(comparer);
        if (Mapping(key, "texts by name") is not { } fields) return map.ToImmutable();
        foreach (var field in fields.Fields)
        {
            if (field.Value is not ScalarNode { Kind: not ScalarKind.Null } scalar)
            {
                fields.Wrong(field.Key, field.Value, "a text");
            }
            else if (!map.TryAdd(field.Key, scalar.Text))
            {
                Errors.Add("duplicate-key", field.Line,
                    $"{fields.Thing}: '{field.Key}' is there twice, in other letters");
            }
        }

        return map.ToImmutable();
    }

    /// <summary>A mapping below a key; null if there is none, or something else in its place.</summary>
    public MappingReader? Mapping(string key, string expected)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case MappingNode mapping:
                return Below(key, mapping);
            default:
                Wrong(key, $"a mapping: {expected}");
                return null;
        }
    }

    public MappingReader Below(string key, MappingNode mapping) => new(mapping, $"{Thing}, {key}", Errors);

    public IReadOnlyList<Field> Fields => node.Fields;
}
