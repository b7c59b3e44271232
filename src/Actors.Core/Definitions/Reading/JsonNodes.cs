using System.Text;
using System.Text.Json;
using Actors.Core.Definitions.Canonical;

namespace Actors.Core.Definitions.Reading;

/// <summary>
/// Reads JSON into the same nodes as YAML. Apart from YAML, of which it is nearly a subset, because of tabs, of
/// escapes, and of the size of stored definitions.
/// </summary>
internal ref struct JsonNodes
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly FileErrors _errors;
    private Utf8JsonReader _reader;
    private int _line;
    private int _lineCountedTo;
    private int _nodes;

    private JsonNodes(ReadOnlySpan<byte> utf8, FileErrors errors)
    {
        _utf8 = utf8;
        _errors = errors;
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Node.DepthMax });
        _line = 1;
    }

    /// <summary>The root; null if there is none that could be read, which is then among the errors.</summary>
    public static Node? Read(string text, FileErrors errors)
    {
        var reader = new JsonNodes(Encoding.UTF8.GetBytes(text), errors);
        try
        {
            reader._reader.Read();
            var root = reader.ReadNode();
            if (root is not null) reader._reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            var rule = e.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? "too-deep"
                : "malformed-json";
            var why = rule == "too-deep"
                ? $"a file may be nested at most {Node.DepthMax} levels deep"
                : $"the file is not well-formed JSON: {Sentence(e.Message)}";
            errors.Add(rule, (int)(e.LineNumber ?? 0) + 1, why);
            return null;
        }
    }

    // The position at the end of the message is said by file and line.
    private static string Sentence(string message)
    {
        if (message.Contains("trailing comma", StringComparison.Ordinal))
            return "a comma stands behind the last value; remove it";
        if (message.StartsWith("'/' is", StringComparison.Ordinal))
            return "JSON has no comments; remove it, or write the process as YAML";
        var position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (position < 0 ? message : message[..position]).TrimEnd('.', ' ');
    }

    private Node? ReadNode()
    {
        var line = CurrentLine();
        if (++_nodes > Node.NodesMax)
        {
            _errors.Add("too-large", line, $"a file may hold at most {Node.NodesMax:N0} values");
            return null;
        }

        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadMapping(line),
            JsonTokenType.StartArray => ReadSequence(line),
            JsonTokenType.String => new ScalarNode(line, ScalarKind.Text, ReadText(line)),
            JsonTokenType.Number => ReadNumber(line),
            JsonTokenType.True => new ScalarNode(line, ScalarKind.True, "true"),
            JsonTokenType.False => new ScalarNode(line, ScalarKind.False, "false"),
            _ => new ScalarNode(line, ScalarKind.Null, "null"),
        };
    }

    private SequenceNode? ReadSequence(int line)
    {
        var items = new List<Node>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadNode() is not { } item) return null;
            items.Add(item);
        }

        return new SequenceNode(line, items);
    }

    private MappingNode? ReadMapping(int line)
    {
        var fields = new FieldList(_errors);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var keyLine = CurrentLine();
            var key = ReadText(keyLine);
            _reader.Read();
            if (ReadNode() is not { } value) return null;
            fields.Add(new Field(key, keyLine, value));
        }

        return new MappingNode(line, fields.Fields);
    }

    private ScalarNode ReadNumber(int line)
    {
        var text = Encoding.ASCII.GetString(_reader.ValueSpan);
        if (!CanonicalNumber.TryNormalize(text, out var number))
        {
            _errors.Add("malformed-number", line, "a number is too large, too small or too long; write it as a text");
            number = "1";
        }

        return new ScalarNode(line, ScalarKind.Number, text, number);
    }

    private readonly string ReadText(int line)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            _errors.Add("malformed-text", line, WellFormedText.Message);
            return "";
        }
    }

    private int CurrentLine()
    {
        var start = (int)_reader.TokenStartIndex;
        _line += _utf8[_lineCountedTo..start].Count((byte)'\n');
        _lineCountedTo = start;
        return _line;
    }
}
