namespace Actors.Storage.Sqlite.Native;

/// <summary>
/// SQLite refused a call. Never leaves this room: the store turns it into one of the journal's exceptions.
/// </summary>
internal sealed class SqliteFailure(int code, string message) : Exception(message)
{
    public const int Error = 1;
    public const int Busy = 5;
    public const int ReadOnly = 8;
    public const int Interrupted = 9;
    public const int IoError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CantOpen = 14;
    public const int NotADatabase = 26;

    public const int IoErrorWrite = IoError | (3 << 8);
    public const int IoErrorFsync = IoError | (4 << 8);
    public const int IoErrorDirFsync = IoError | (5 << 8);
    public const int IoErrorShmOpen = IoError | (18 << 8);
    public const int IoErrorShmSize = IoError | (19 << 8);
    public const int IoErrorShmMap = IoError | (21 << 8);

    /// <summary>SQLite's extended result code.</summary>
    public int Code => code;

    /// <summary>SQLite's primary result code.</summary>
    public int PrimaryCode => code & 0xFF;

    /// <summary>Whether the file is damaged, or not of this kind.</summary>
    public bool IsCorruption => PrimaryCode is Corrupt or NotADatabase;
}
