namespace Actors.House.Tests.Architecture;

/// <summary>What code of a room may not touch, by the names in its metadata.</summary>
internal static class Purity
{
    /// <summary>Namespaces that do something in the world, wait for it, or know who hosts us.</summary>
    private static readonly string[] Worldly =
    [
        "System.IO.", "System.Net.", "System.Threading.", "System.Data.",
        "System.Diagnostics.Process", "System.Diagnostics.Activity", "System.Diagnostics.Stopwatch",
        "System.Diagnostics.Metrics.", "System.Security.Cryptography.RandomNumberGenerator",
        "Microsoft.Extensions.", "Microsoft.AspNetCore.", "Orleans.",
    ];

    private static readonly string[] WorldlyTypes =
        ["System.IServiceProvider", "System.TimeProvider", "System.Random", "System.Console"];

    /// <summary>Text in memory, which the YAML reader takes; and what the compiler itself writes.</summary>
    private static readonly string[] Harmless =
    [
        "System.IO.StringReader", "System.IO.StringWriter", "System.IO.TextReader", "System.IO.TextWriter",
        "System.Threading.Interlocked", "System.Threading.Volatile", "System.Threading.LazyThreadSafetyMode",
    ];

    private static readonly string[] AmbientMembers =
    [
        "System.DateTime::get_UtcNow", "System.DateTime::get_Now", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_UtcNow", "System.DateTimeOffset::get_Now", "System.Guid::NewGuid",
        "System.Guid::CreateVersion7", "System.Random::get_Shared", "System.Environment::get_TickCount",
        "System.Environment::get_TickCount64", "System.Environment::GetEnvironmentVariable",
    ];

    private static readonly string[] BlockingMembers =
    [
        "System.Threading.Tasks.Task::Run", "System.Threading.Tasks.Task::Wait", "System.Threading.Tasks.Task::WaitAll",
        "System.Threading.Tasks.Task::WaitAny", "System.Threading.Tasks.Task`1::get_Result",
        "System.Threading.Thread::Sleep",
    ];

    /// <summary>Types that keep a pure room from being pure.</summary>
    public static IEnumerable<string> ImpureTypes(IEnumerable<string> types) => types
        .Where(type => !Harmless.Contains(type))
        .Where(type => WorldlyTypes.Contains(type) || StartsWithAny(type, Worldly));

    /// <summary>Members that answer something else each time they are asked.</summary>
    public static IEnumerable<string> Ambient(IEnumerable<string> members) => members.Intersect(AmbientMembers);

    /// <summary>Members that hold up a thread.</summary>
    public static IEnumerable<string> Blocking(IEnumerable<string> members) => members.Intersect(BlockingMembers);

    public static bool StartsWithAny(string name, params string[] prefixes) =>
        prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
