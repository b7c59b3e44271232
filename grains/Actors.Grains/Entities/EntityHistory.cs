using System.Text.Json;

namespace Actors.Grains.Entities;

/// <summary>Checks events of entities without the code of the entity.</summary>
internal static class EntityHistory
{
    /// <returns>What is wrong with an event; null: nothing.</returns>
    public static string? Check(JsonElement e)
    {
        if (e.ValueKind != JsonValueKind.Array || e.GetArrayLength() == 0 || !e[0].TryGetInt32(out var kind))
            return "an event is no array that begins with its kind";
        var length = e.GetArrayLength();
        return kind switch
        {
            OperationApplied.Kind when length is 2 or 4 && e[1].ValueKind == JsonValueKind.String => null,
            StateChanged.Kind when length == 2 => null,
            OperationApplied.Kind or StateChanged.Kind => $"an event of kind {kind} has {length} fields",
            _ => $"an event is of kind {kind}, which is unknown",
        };
    }
}
