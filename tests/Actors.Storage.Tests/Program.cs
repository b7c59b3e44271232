using System.Diagnostics;
using System.Globalization;
using Actors.Journal;
using Actors.Storage.Sqlite;

namespace Actors.Storage.Tests;

/// <summary>
/// What tests run as another process: opens a store, appends events one by one, says which were acknowledged, and then
/// holds the store until it is killed. With a boundary it kills itself there, in the transaction of the last event.
/// </summary>
public static class Program
{
    /// <summary>The journal that is appended to.</summary>
    internal static readonly GrainKey Key = new(GrainKind.Invocation, "default", "order", "of-another-process");

    public static async Task<int> Main(string[] args)
    {
        if (args is not ["hold", var path, var countText, var boundaryText]) return 2;
        var count = int.Parse(countText, CultureInfo.InvariantCulture);
        var boundary = Enum.TryParse<JournalBoundary>(boundaryText, out var parsed) ? parsed : (JournalBoundary?)null;
        var isLast = false;
        var options = new SqliteJournalOptions
        {
            Path = path,
            OnBoundary = reached =>
            {
                if (isLast && reached == boundary) Process.GetCurrentProcess().Kill();
            },
        };
        var store = await SqliteJournalStore.OpenAsync(options, TimeProvider.System);
        for (var i = 0; i < count; i++)
        {
            isLast = i == count - 1;
            var result = await store.AppendAsync(
                new JournalAppend(Key, store.OwnerEpoch, i, "[0]"u8.ToArray(), 1, DateTimeOffset.UnixEpoch));
            Console.WriteLine($"{result} {i + 1}");
        }

        Console.WriteLine("holding");
        await Console.In.ReadLineAsync();
        return 0;
    }
}
