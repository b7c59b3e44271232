using Actors.Core.Processes;

namespace Actors.Silo.Embedded.Client;

/// <summary>Definitions as people see them.</summary>
internal static class ProcessViews
{
    public static ProcessView Of(CompiledProcess process) => new(
        process.Map.Process,
        process.Map.Version,
        process.Map.Model.ToString().ToLowerInvariant(),
        process.Hash,
        [.. process.Map.Steps.Select(s => s.Name)],
        process.Map.Description);
}
