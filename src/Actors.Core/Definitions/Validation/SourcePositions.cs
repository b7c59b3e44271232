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
        return field.Value is MappingNode mapping ? Walk(mapping, field.Line, path) : field.Line;
    }

    private static int Walk(MappingNode from, int line, ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            if (from.Find(key) is not { } field) return line;
            line = field.Line;
            if (field.Value is not MappingNode next) return line;
            from = next;
        }

        return line;
    }
}
