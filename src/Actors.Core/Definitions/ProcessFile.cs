using System.Text;
using Actors.Core.Definitions.Canonical;
using Actors.Core.Definitions.Reading;
using Actors.Core.Definitions.Validation;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>
/// Reads process files, YAML or JSON. Reading is strict and total: unknown keys, duplicate keys, anchors, aliases,
/// tags and further documents are refused, sizes and depths are bounded, and no input makes it throw.
/// </summary>
public static class ProcessFile
{
    /// <summary>The largest file: 8 MiB as UTF-8.</summary>
    public const int TextBytesMax = 8 * 1024 * 1024;

    /// <summary>Reads one process.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="fileName">What errors call the file. A name that ends in <c>.json</c> makes the text be read as
    /// JSON.</param>
    /// <returns>A valid map, or every error with its line.</returns>
    public static DefinitionResult Read(string text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(fileName);
        return Read(text, fileName, TextBytesMax, Check);
    }

    /// <summary>Reads what was checked when it was stored.</summary>
    internal static DefinitionResult ReadStored(string text, int bytesMax) =>
        Read(text, null, bytesMax, (_, _, _) => { });

    private static void Check(StepMap map, MappingNode root, FileErrors errors)
    {
        var positions = new SourcePositions(root);
        StepMapValidator.Check(map, positions, errors);
        if (map.Steps.IsDefault) return;
        // The canonical form has the defaults of the process in each step.
        var isCanonical = new Lazy<bool>(() =>
            errors.IsEmpty && CanonicalJson.Of(root) == CanonicalJson.Of(StepMapJson.Write(map)));
        EffectRules.CheckRetries(
            new MapCheck(map, positions, errors), i => isCanonical.Value ? null : positions.RetryOf(i));
    }

    private static DefinitionResult Read(
        string text, string? fileName, int bytesMax, Action<StepMap, MappingNode, FileErrors> check)
    {
        var errors = new FileErrors(fileName);
        if (ReadRoot(text, fileName, bytesMax, errors) is not { } root)
            return DefinitionResult.Invalid(errors.ToImmutable());
        var map = MapReader.Read(root, errors);
        if (map is not null) check(map, root, errors);
        return map is { Steps.IsDefault: false } && errors.IsEmpty
            ? DefinitionResult.Valid(map)
            : DefinitionResult.Invalid(errors.ToImmutable());
    }

    /// <summary>Where the parts of a map stand in its text; null: the text is not, or no longer, that map's.</summary>
    internal static SourcePositions? PositionsOf(string text, string fileName, StepMap map)
    {
        var errors = new FileErrors(fileName);
        if (ReadRoot(text, fileName, TextBytesMax, errors) is not { } root) return null;
        var read = MapReader.Read(root, errors);
        return read is not null && errors.IsEmpty && ContentHash.Of(read) == ContentHash.Of(map)
            ? new SourcePositions(root)
            : null;
    }

    private static MappingNode? ReadRoot(string text, string? fileName, int bytesMax, FileErrors errors)
    {
        if (text.Length > bytesMax || Encoding.UTF8.GetByteCount(text) > bytesMax)
        {
            errors.Add("too-large", 0,
                $"the file is larger than {bytesMax / (1024 * 1024)} MiB; split the process, or pass data as input");
            return null;
        }

        if (!WellFormedText.Is(text))
        {
            errors.Add("malformed-text", 0, "the file is not well-formed Unicode; save it as UTF-8");
            return null;
        }

        if (text.IndexOf('\0', StringComparison.Ordinal) is var nul and >= 0)
        {
            errors.Add("malformed-text", text.AsSpan(0, nul).Count('\n') + 1,
                "the file is not text: it holds the character U+0000; name a process file, saved as UTF-8");
            return null;
        }

        text = text.TrimStart('\uFEFF');
        var root = text.AsSpan().Trim().IsEmpty ? null : ReadNodes(text, fileName, errors);
        switch (root)
        {
            case MappingNode mapping:
                return mapping;
            case null or ScalarNode { Kind: ScalarKind.Null }:
                if (errors.IsEmpty)
                    errors.Add("empty", 0, "the file is empty; a process has at least 'process' and 'steps'");
                return null;
            default:
                errors.Add("wrong-value", root.Line,
                    $"a process file is a mapping with 'process' and 'steps', but this is {root.Describe()}");
                return null;
        }
    }

    private static Node? ReadNodes(string text, string? fileName, FileErrors errors)
    {
        if (fileName is not null && fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return JsonNodes.Read(text, errors);
        if (text.AsSpan().TrimStart() is not ['{', ..]) return YamlNodes.Read(text, errors);

        // A brace begins JSON, or YAML in flow style. Errors are those of YAML, of which JSON is a part.
        var jsonErrors = new FileErrors(fileName);
        return JsonNodes.Read(text, jsonErrors) is { } root && jsonErrors.IsEmpty ? root : YamlNodes.Read(text, errors);
    }
}
