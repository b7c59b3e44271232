namespace Actors.House.Tests.Architecture;

/// <summary>
/// The order of the rooms, as in ARCHITECTURE.md: each may use what is named behind it, and nothing else. Everything
/// points downwards.
/// </summary>
internal static class Rooms
{
    private static readonly string[] Stores =
        ["Actors.Storage.Memory", "Actors.Storage.Sqlite", "Actors.Storage.Postgres"];

    private static readonly string[] Floor = ["Actors.Abstractions"];

    private static readonly string[] UpToCore = [.. Floor, "Actors.Core"];

    private static readonly string[] UpToGrains = [.. UpToCore, "Actors.Grains"];

    private static readonly string[] UpToHost = [.. UpToGrains, .. Stores, "Actors.Silo.Embedded"];

    public static IReadOnlyDictionary<string, string[]> MayUse { get; } =
        new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["Actors.Abstractions"] = [],
            ["Actors.Core"] = Floor,
            ["Actors.Storage.Memory"] = Floor,
            ["Actors.Storage"] = Floor,
            ["Actors.Storage.Sqlite"] = [.. Floor, "Actors.Storage"],
            ["Actors.Storage.Postgres"] = [.. Floor, "Actors.Storage"],
            ["Actors.Grains"] = UpToCore,
            ["Actors.Silo.Embedded"] = [.. UpToGrains, .. Stores],
            ["Actors.Silo.Orleans"] = UpToHost,
            ["Actors.Silo"] = [.. UpToHost, "Actors.Silo.Orleans"],
            ["Actors.Client"] = Floor,
            ["Actors.Cli"] = [.. UpToHost, "Actors.Silo", "Actors.Client"],
        };

    /// <summary>
    /// The folders whose projects are rooms; tests and samples stand outside and may use any of them.
    /// </summary>
    public static bool IsRoom(string project) => project.Split('/')[0] is "src" or "grains" or "silo" or "client";

    /// <summary>The file name of a room's assembly, without its extension.</summary>
    public static string AssemblyOf(string room) => room == "Actors.Cli" ? "actors" : room;
}
