using System.Text.Json;
using Actors.Core.Definitions.Canonical;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>
/// The canonical JSON of a map, in the words of the process file: keys in fixed order, free mappings in ordinal order,
/// numbers and durations in one form, all defaults written out, no insignificant white space. It is what is stored
/// and what is hashed: a change of it strands invocations that have pinned the hash of their definition.
/// </summary>
public static class StepMapJson
{
    /// <summary>
    /// The largest canonical text that is read back: 128 MiB, which holds <see cref="StepMap.StepsMax"/> rich steps.
    /// </summary>
    public const int TextBytesMax = 128 * 1024 * 1024;

    /// <summary>
    /// Writes a valid map. <see cref="ProcessFile.Read(string, string)"/> reads it back to an equal one.
    /// </summary>
    /// <exception cref="JsonException">A template or the schema is not JSON: the map was not checked.</exception>
    public static string Write(StepMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return CanonicalJson.Write(json => MapWriter.Write(json, map));
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote of a valid map, with room for definitions that are larger than a file may
    /// be. The rules are not checked again: who has pinned a definition runs on when a later version of the
    /// engine knows more rules.
    /// </summary>
    public static DefinitionResult Read(string canonicalJson)
    {
        ArgumentNullException.ThrowIfNull(canonicalJson);
        return ProcessFile.ReadStored(canonicalJson, TextBytesMax);
    }
}
