namespace Actors.EndToEnd.Tests.Scenarios;

/// <summary>Finds files of the repository the tests were built from.</summary>
internal static class Repository
{
    public static string Folder(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Actors.sln"))) folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("not below Actors.sln"), path);
    }
}
