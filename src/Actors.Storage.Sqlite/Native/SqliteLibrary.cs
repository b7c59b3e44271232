using System.Reflection;
using System.Runtime.InteropServices;
using Actors.Journal;
using SQLitePCL;

namespace Actors.Storage.Sqlite.Native;

/// <summary>
/// Chooses the native library once per process: the system's SQLite, which the distribution maintains, else the bundled
/// one.
/// </summary>
internal static class SqliteLibrary
{
    private const string BundledName = "e_sqlite3";
    private const int VersionMin = 3_035_000;

    private static readonly string[] SystemNames = ["libsqlite3.so.0", "libsqlite3.dylib", "winsqlite3"];
    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>Loads the library if need be and says which version it is.</summary>
    /// <exception cref="StoreException">There is none, or it is too old.</exception>
    public static string EnsureLoaded() => Loaded.Value;

    private static string Load()
    {
        var provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
        try
        {
            NativeLibrary.SetDllImportResolver(provider, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The program has a resolver of its own for this assembly: its choice stands, and is checked below.
        }

        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            var version = raw.sqlite3_libversion().utf8_to_string();
            if (raw.sqlite3_libversion_number() < VersionMin)
            {
                throw new StoreException(
                    $"The SQLite library found is version {version}; the store needs 3.35 or later. " +
                    "Update the system's SQLite (Debian: apt-get install libsqlite3-0).");
            }

            // Counting every allocation takes a lock of the whole process. Refused, and no matter, if the program has
            // used SQLite before.
            _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
            return version;
        }
        catch (DllNotFoundException e)
        {
            throw new StoreException(
                "No SQLite library was found, neither the system's nor the bundled one. " +
                "Install the system's SQLite (Debian: apt-get install libsqlite3-0).",
                e);
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (!string.Equals(name, BundledName, StringComparison.Ordinal)) return IntPtr.Zero;
        foreach (var systemName in SystemNames)
        {
            if (!NativeLibrary.TryLoad(systemName, out var handle)) continue;
            if (VersionOf(handle) >= VersionMin) return handle;
            NativeLibrary.Free(handle);
        }

        return IntPtr.Zero;
    }

    private static unsafe int VersionOf(IntPtr library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var entry)
            ? ((delegate* unmanaged[Cdecl]<int>)entry)()
            : 0;
}
