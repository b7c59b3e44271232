using Actors.Silo.Embedded;

namespace Actors.Simulation.World;

/// <summary>Something to run in simulated worlds.</summary>
/// <param name="Name">For the command line and for people.</param>
/// <param name="Configure">As <see cref="SimulationOptions.Configure"/>.</param>
/// <param name="RunAsync">Acts as clients do, and checks what came of it.</param>
public sealed record SimulatedProgram(
    string Name, Action<ActorsOptions, WorldContext> Configure, Func<WorldContext, Task> RunAsync);
