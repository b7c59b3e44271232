using System.Globalization;
using Actors.Core.Definitions.Reading;

namespace Actors.Core.Definitions.Validation;

/// <summary>Where the parts of a map stand in its file.</summary>
internal sealed class SourcePositions(MappingNode root)
{
    private readonly MappingNode? _steps = root.Find("steps")?.Value as MappingNode;

    /// <summary>The line of a part of the map, or of the nearest part around it.</summary>
    public int LineOf(ReadOnlySpan<string> path) => Walk(root, root.Line, path);

    /// <summary>The line of a part of a step, or of the nearest part around it.</summary>
    public int LineOf(int step, ReadOnlySpan<string> path)
    {
        if (_steps is null || step >= _steps.Fields.Count) return 0;
        var field = _steps.Fields[step];
        return Walk(field.Value, field.Line, path);
    }

    /// <summary>What a step says of retries; null: nothing.</summary>
    public StatedRetry? RetryOf(int step) =>
        _steps?.Fields[step].Value is MappingNode fields && fields.Find("retry")?.Value is MappingNode retry
            ? new StatedRetry(retry.Find("attempts") is not null, retry.Find("on") is not null)
            : null;

    // A number on the way is the position of an item in a list.
    private static int Walk(Node from, int line, ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            switch (from)
            {
                case MappingNode mapping when mapping.Find(key) is { } field:
                    (from, line) = (field.Value, field.Line);
                    break;
                case SequenceNode list when ItemOf(list, key) is { } item:
                    (from, line) = (item, item.Line);
                    break;
                default:
                    return line;
            }
        }

        return line;
    }

    private static Node? ItemOf(SequenceNode list, string key)
    {
        var isNumber = int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var i);
        return isNumber && i < list.Items.Count ? list.Items[i] : null;
    }
}
