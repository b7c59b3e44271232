using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Shop.Ledger;

/// <summary>Which native SQLite is used: the system's, which is maintained, else the bundled one.</summary>
internal static class SqliteLibrary
{
    private static readonly string[] SystemNames = ["libsqlite3.so.0", "libsqlite3.dylib"];

    private static readonly Lazy<bool> Loaded = new(() =>
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // A program that hosts the shop beside another user of SQLite has set one already; it serves both.
        }

        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    });

    public static void Load() => _ = Loaded.Value;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3") return 0;
        foreach (var candidate in SystemNames)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        }

        return 0; // the default search finds the bundled one
    }
}
