using System.Text.Json;

namespace Actors.Definitions;

/// <summary>
/// Defines processes in C#, in the words of the process file: a file and its C# twin give maps with one content hash.
/// </summary>
public static class Process
{
    /// <summary>Begins a process whose input has no C# type.</summary>
    /// <param name="name">Name of the process, by the rules in <see cref="Names"/>.</param>
    public static ProcessBuilder<JsonElement> Define(string name) => new(name);

    /// <summary>
    /// Begins a process with a typed input: paths into it can be written as lambdas, and are checked.
    /// </summary>
    /// <typeparam name="TInput">What the process is started with.</typeparam>
    /// <param name="name">Name of the process, by the rules in <see cref="Names"/>.</param>
    public static ProcessBuilder<TInput> Define<TInput>(string name) => new(name);
}
