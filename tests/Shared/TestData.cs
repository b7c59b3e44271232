namespace Actors.Tests.Shared;

/// <summary>
/// The folder of real cases that are not part of the repository: environment variable <c>ACTORS_DATA</c>, else
/// <c>shared/data</c> beside the folder of the solution or beside one further up.
/// </summary>
public static class TestData
{
    private const string Variable = "ACTORS_DATA";

    /// <summary>The folder; null if it is absent.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Path of a file in the folder.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Folder!, .. parts]);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "shared", "data");
            if (Directory.Exists(folder)) return folder;
        }

        return null;
    }
}

/// <summary>A test on real cases; skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute() => Skip = DataTheoryAttribute.Reason;
}

/// <summary>A theory on real cases; skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataTheoryAttribute : TheoryAttribute
{
    internal static readonly string? Reason = TestData.Folder is null
        ? "the folder of real cases is absent: set ACTORS_DATA, or put it beside the repository as shared/data"
        : null;

    public DataTheoryAttribute() => Skip = Reason;
}
