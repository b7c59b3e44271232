namespace Actors.Core.Definitions.Reading;

/// <summary>A value in a process file, with the line it stands on. YAML and JSON give the same tree.</summary>
internal abstract class Node(int line)
{
    /// <summary>Deepest nesting of a file.</summary>
    public const int DepthMax = 64;

    /// <summary>Most values in a file: bounds memory, which a file of nothing but commas would use up.</summary>
    public const int NodesMax = 4_000_000;

    public int Line { get; } = line;

    /// <summary>What it is, for messages.</summary>
    public abstract string Describe();
}

internal enum ScalarKind
{
    Text,
    Number,
    True,
    False,
    Null,
}

/// <summary>A single value.</summary>
/// <param name="line">Line.</param>
/// <param name="kind">Kind.</param>
/// <param name="text">As written.</param>
/// <param name="number">Of a number: the canonical JSON number.</param>
internal sealed class ScalarNode(int line, ScalarKind kind, string text, string number = "0") : Node(line)
{
    public ScalarKind Kind { get; } = kind;

    public string Text { get; } = text;

    public string Number { get; } = number;

    public override string Describe() => Kind switch
    {
        ScalarKind.Null => "empty",
        ScalarKind.Text => $"'{Shorten(Text)}'",
        _ => Shorten(Text),
    };

    private static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 79), "…");
}

internal sealed class SequenceNode(int line, List<Node> items) : Node(line)
{
    public List<Node> Items { get; } = items;

    public override string Describe() => "a list";
}

/// <summary>One <c>key: value</c> of a mapping.</summary>
internal readonly record struct Field(string Key, int Line, Node Value);

/// <summary>A mapping with distinct keys, in the order they were written.</summary>
internal sealed class MappingNode(int line, List<Field> fields) : Node(line)
{
    public List<Field> Fields { get; } = fields;

    // Mappings whose keys are looked up are small (a step, a policy); the large one, "steps", is walked.
    public Field? Find(string key)
    {
        foreach (var field in Fields)
        {
            if (field.Key == key) return field;
        }

        return null;
    }

    public override string Describe() => "a mapping";
}
