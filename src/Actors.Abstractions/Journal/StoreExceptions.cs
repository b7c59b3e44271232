namespace Actors.Journal;

/// <summary>A store could not do what was asked; for an append: uncertain, read again.</summary>
public class StoreException(string message, Exception? inner = null, string failureType = "store")
    : TransientException(message, failureType, inner);

/// <summary>There is no room. Nothing was changed; appends are taken again when there is room.</summary>
public sealed class StoreFullException(string message, Exception? inner = null)
    : StoreException(message, inner, "store-full");

/// <summary>
/// The store takes no more appends in this process: a flush failed, ownership was lost, or it was closed.
/// </summary>
public sealed class StoreStoppedException(string message, Exception? inner = null)
    : StoreException(message, inner, "store-stopped");

/// <summary>What is stored is damaged or incomplete. The grain it belongs to stops; a human has to look.</summary>
public sealed class StoreCorruptException(string message, Exception? inner = null)
    : TerminalException(message, "store-corrupt", inner);

/// <summary>
/// The store can't be opened: in use by another process, of a newer format, not writable, not a store.
/// </summary>
public sealed class StoreOpenException(string message, string failureType, Exception? inner = null)
    : TerminalException(message, failureType, inner)
{
    /// <summary><see cref="ActorsException.FailureType"/> when another process has the store open.</summary>
    public const string InUse = "store-in-use";

    /// <summary><see cref="ActorsException.FailureType"/> when the format is newer than this program.</summary>
    public const string NewerFormat = "store-newer-format";

    /// <summary><see cref="ActorsException.FailureType"/> when the place can't be written to.</summary>
    public const string NotWritable = "store-not-writable";

    /// <summary><see cref="ActorsException.FailureType"/> when the file is something else.</summary>
    public const string NotAStore = "store-not-a-store";
}
