namespace Actors.Storage.Sqlite;

/// <summary>The moments of a transaction at which a test may end the process.</summary>
internal enum JournalBoundary
{
    /// <summary>The appends were taken from the queue; nothing is written.</summary>
    BeforeWrite = 1,

    /// <summary>The rows are in the transaction; nothing is flushed.</summary>
    AfterWriteBeforeFlush = 2,

    /// <summary>The transaction is durable; nobody was told.</summary>
    AfterFlush = 3,
}
