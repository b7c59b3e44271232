using System.Text.Json;

namespace Actors.Faults;

/// <summary>What the program is asked for, as one line of JSON: run one order to its end.</summary>
/// <param name="Store">The store's file.</param>
/// <param name="Process">The process file.</param>
/// <param name="Shop">Base address of the shop.</param>
/// <param name="Input">The order.</param>
/// <param name="Boundary">Where to end the process.</param>
/// <param name="At">At which crossing, from 1; 0: never.</param>
/// <param name="FlushesOnlyCommits">
/// Behind the opening of the store only commits flush: an idle store does not copy its log, and the store is closed
/// when stdin is, behind the one order.
/// </param>
internal sealed record OrderRequest(
    string Store, string Process, string Shop, JsonElement Input, Boundary Boundary = Boundary.None, int At = 0,
    bool FlushesOnlyCommits = false);

/// <summary>
/// What it answers, as lines of JSON: one when the start was acknowledged, one when the order has ended.
/// </summary>
/// <param name="IsCreated">Whether the start created the invocation, rather than joined one.</param>
/// <param name="Crossings">How often the boundary was crossed so far.</param>
/// <param name="Status">How it ended; null: it was acknowledged, no more.</param>
/// <param name="Steps">Status of each step at the end.</param>
/// <param name="History">Every event at the end.</param>
internal sealed record OrderAnswer(
    bool IsCreated, int Crossings, InvocationStatus? Status,
    IReadOnlyDictionary<string, StepStatus> Steps, IReadOnlyList<OrderEvent> History);

/// <summary>One event of the history.</summary>
internal sealed record OrderEvent(long Sequence, string Type, string? Step, int Attempt);
