using Actors.EndToEnd.Tests.Scenarios;
using Actors.Grains.Audit;
using Actors.Journal;
using Actors.Storage.Sqlite;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>A folder of its own for stores, ledger and process file of one test.</summary>
internal sealed class FaultFolder : IDisposable
{
    private const string Retries = "retry: { attempts: 5, first: 200ms, factor: 2, max: 10s, jitter: true }";

    /// <param name="retries">What the process file's retries are replaced by: faults must not use them up.</param>
    public FaultFolder(string retries)
    {
        Root = Directory.CreateTempSubdirectory("actors-faults-").FullName;
        // A silo may run as another user.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite |
            UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Processes = Directory.CreateDirectory(Path.Combine(Root, "processes")).FullName;
        Data = Directory.CreateDirectory(Path.Combine(Root, "data")).FullName;
        ProcessFile = Path.Combine(Processes, "order-fulfilment.yaml");
        var text = File.ReadAllText(Repository.Folder("samples/01-order-fulfilment/order-fulfilment.yaml"));
        if (!text.Contains(Retries, StringComparison.Ordinal))
            throw new InvalidOperationException($"order-fulfilment.yaml has no line '{Retries}' any more");
        File.WriteAllText(ProcessFile, text.Replace(Retries, retries, StringComparison.Ordinal));
    }

    public string Root { get; }

    public string Processes { get; }

    /// <summary>Where the silo keeps its store.</summary>
    public string Data { get; }

    public string ProcessFile { get; }

    public string At(string name) => Path.Combine(Root, name);

    /// <summary>Nothing may be wrong with a store, whatever was done to its owner.</summary>
    public static async Task AuditAsync(string store)
    {
        await using var inspection = SqliteStoreInspection.Open(store);
        await AuditAsync(inspection);
    }

    /// <summary>As above.</summary>
    public static async Task AuditAsync(IStoreInspection inspection)
    {
        var report = await StoreAuditor.RunAsync(inspection);
        report.Findings.ShouldBeEmpty();
        report.Invocations.ShouldBeGreaterThan(0);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
