using System.Text;
using Actors.Core.Definitions.Canonical;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Actors.Core.Definitions.Reading;

/// <summary>
/// Reads YAML into nodes: one document, plain data (YAML 1.2 core schema). Whatever could build objects, share nodes or
/// hide a value behind another is refused.
/// </summary>
internal sealed class YamlNodes
{
    private readonly Parser _parser;
    private readonly FileErrors _errors;
    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private bool _hasGaps;
    private bool _isAborted;

    private YamlNodes(string text, FileErrors errors)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _errors = errors;
    }

    /// <summary>
    /// The document's root; null if there is none that could be read, which is then among the errors.
    /// </summary>
    public static Node? Read(string text, FileErrors errors)
    {
        YamlNodes? reader = null;
        try
        {
            reader = new YamlNodes(text, errors);
            var root = reader.ReadDocument();
            // Where values are missing that were refused, whatever else there is to say would be about the gaps.
            return reader._isAborted || reader._hasGaps ? null : root;
        }
        catch (YamlException e)
        {
            var (line, message) = YamlProblems.Explain(e.Message, (int)e.Start.Line, text);
            errors.Add("malformed-yaml", line, message);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or
            OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // Input that the YAML parser itself stumbles over.
            errors.Add("malformed-yaml", reader?._parser.Current is { } last ? Line(last) : 0, YamlProblems.Unclosed);
        }

        return null;
    }

    private Node? ReadDocument()
    {
        _parser.MoveNext();
        _parser.MoveNext();
        if (_parser.Current is StreamEnd) return null;
        _parser.MoveNext();
        var root = ReadNode(1);
        if (_isAborted) return null;
        _parser.MoveNext();
        if (_parser.Current is DocumentStart next)
        {
            _errors.Add("refused-yaml", Line(next),
                "a file holds one document; put every process into a file of its own");
        }

        return root;
    }

    // Reads the node the parser stands on, and leaves the parser behind it.
    private Node ReadNode(int depth)
    {
        if (++_nodes > Node.NodesMax) return Abort("too-large", $"a file may hold at most {Node.NodesMax:N0} values");
        if (depth > Node.DepthMax)
            return Abort("too-deep", $"a file may be nested at most {Node.DepthMax} levels deep");
        if (_parser.Current is NodeEvent node) RefuseProperties(node);
        switch (_parser.Current)
        {
            case Scalar scalar:
                _parser.MoveNext();
                return ReadScalar(scalar);
            case SequenceStart sequence:
                return ReadSequence(sequence, depth);
            case MappingStart mapping:
                return ReadMapping(mapping, depth);
            case AnchorAlias alias:
                _hasGaps = true;
                var name = alias.Value.Value;
                if (_anchors.Add(name))
                    _errors.Add("refused-yaml", Line(alias), $"the alias '*{name}' is refused: write the value out");
                _parser.MoveNext();
                return new ScalarNode(Line(alias), ScalarKind.Null, "");
            default:
                return Abort("malformed-yaml", "the file is not well-formed YAML: it ends too early");
        }
    }

    private ScalarNode Abort(string rule, string message)
    {
        if (!_isAborted) _errors.Add(rule, _parser.Current is { } here ? Line(here) : 0, message);
        _isAborted = true;
        return new ScalarNode(0, ScalarKind.Null, "");
    }

    private void RefuseProperties(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty && _anchors.Add(node.Anchor.Value))
        {
            _errors.Add("refused-yaml", Line(node),
                $"the anchor '&{node.Anchor.Value}' is refused: write the value out where it is needed");
        }

        if (!node.Tag.IsEmpty)
        {
            _errors.Add("refused-yaml", Line(node),
                $"the tag '{node.Tag.Value}' is refused: a process file is plain data");
        }
    }

    private SequenceNode ReadSequence(SequenceStart start, int depth)
    {
        var items = new List<Node>();
        _parser.MoveNext();
        while (!_isAborted && _parser.Current is not SequenceEnd) items.Add(ReadNode(depth + 1));
        if (!_isAborted) _parser.MoveNext();
        return new SequenceNode(Line(start), items);
    }

    private MappingNode ReadMapping(MappingStart start, int depth)
    {
        var fields = new FieldList(_errors);
        _parser.MoveNext();
        while (!_isAborted && _parser.Current is not MappingEnd)
        {
            var line = Line(_parser.Current!);
            var key = ReadNode(depth + 1);
            if (_isAborted) break;
            var value = ReadNode(depth + 1);
            if (key is not ScalarNode { Kind: not ScalarKind.Null } scalar)
            {
                _errors.Add("refused-yaml", line, $"a key has to be a text, but is {key.Describe()}");
            }
            else if (scalar.Text == "<<")
            {
                _hasGaps = true;
                _errors.Add("refused-yaml", line, "the merge key '<<' is refused: write the values out");
            }
            else
            {
                fields.Add(new Field(scalar.Text, line, value));
            }
        }

        if (!_isAborted) _parser.MoveNext();
        return new MappingNode(Line(start), fields.Fields);
    }

    private ScalarNode ReadScalar(Scalar scalar)
    {
        var line = Line(scalar);
        var text = scalar.Value;
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)) return Text(line, text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new ScalarNode(line, ScalarKind.Null, text);
            case "true" or "True" or "TRUE":
                return new ScalarNode(line, ScalarKind.True, text);
            case "false" or "False" or "FALSE":
                return new ScalarNode(line, ScalarKind.False, text);
        }

        return CanonicalNumber.LooksLikeNumber(text) && CanonicalNumber.TryNormalize(text, out var number)
            ? new ScalarNode(line, ScalarKind.Number, text, number)
            : Text(line, text);
    }

    private ScalarNode Text(int line, string text)
    {
        if (!WellFormedText.Is(text)) _errors.Add("malformed-text", line, WellFormedText.Message);
        return new ScalarNode(line, ScalarKind.Text, text);
    }

    private static int Line(ParsingEvent at) => (int)at.Start.Line;
}

/// <summary>Half of a surrogate pair can't be written as UTF-8, and so not kept.</summary>
internal static class WellFormedText
{
    public const string Message = "a text holds half of a surrogate pair, which is no character; remove the escape";

    public static bool Is(string text)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var at = rest.IndexOfAnyInRange('\uD800', '\uDFFF');
            if (at < 0) return true;
            if (Rune.DecodeFromUtf16(rest[at..], out _, out _) != System.Buffers.OperationStatus.Done) return false;
            rest = rest[(at + 2)..];
        }

        return true;
    }
}

/// <summary>The fields of a mapping as it is read: refuses keys that come twice.</summary>
internal sealed class FieldList(FileErrors errors)
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    public List<Field> Fields { get; } = [];

    public void Add(Field field)
    {
        if (_lines.TryAdd(field.Key, field.Line))
        {
            Fields.Add(field);
            return;
        }

        errors.Add("duplicate-key", field.Line,
            $"'{field.Key}' is there twice, first in line {_lines[field.Key]}; keys, and with them names of steps, " +
            "are unique");
    }
}
