using System.Globalization;

namespace Actors.Storage.Sqlite;

/// <summary>Where an embedded store is kept, and its limits.</summary>
public sealed class SqliteJournalOptions
{
    /// <summary>
    /// The store's file. Required. Beside it lie <c>-wal</c> and <c>-shm</c> (SQLite's), <c>.lock</c> and
    /// <c>.owner</c>. Folders that are missing are made. It must be on a local disk: network file systems break
    /// SQLite's locks.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// Appends that wait for the writer; above it <c>AppendAsync</c> waits for room. Default: 4,096. Range: 1 to
    /// 1,048,576.
    /// </summary>
    public int QueueCountMax { get; set; } = 4_096;

    /// <summary>Bytes of the appends that wait for the writer. Default: 128 MiB. Range: 64 KiB to 64 GiB.</summary>
    public long QueueBytesMax { get; set; } = 128L << 20;

    /// <summary>Appends that share a transaction. Default: 1,024. Range: 1 to 65,536.</summary>
    public int TransactionCountMax { get; set; } = 1_024;

    /// <summary>
    /// Bytes that share a transaction; a larger append goes alone. Default: 8 MiB. Range: 4 KiB to 1 GiB.
    /// </summary>
    public long TransactionBytesMax { get; set; } = 8L << 20;

    /// <summary>
    /// The largest append: events, snapshot and payloads together; a larger one is refused with <see
    /// cref="ArgumentException"/>. Default: 256 MiB. Range: 64 KiB to 900 MiB.
    /// </summary>
    public long AppendBytesMax { get; set; } = 256L << 20;

    /// <summary>
    /// Journals whose head the writer remembers. Default: 20,000 (some 6 MB). Range: 16 to 10,000,000.
    /// </summary>
    public int HeadCacheCountMax { get; set; } = 20_000;

    /// <summary>Reads that run side by side; more wait. Default: 4. Range: 1 to 64.</summary>
    public int ReadersMax { get; set; } = 4;

    /// <summary>SQLite's page cache of the writer. Default: 32 MiB. Range: 1 MiB to 16 GiB.</summary>
    public long WriterCacheBytesMax { get; set; } = 32L << 20;

    /// <summary>SQLite's page cache of each reader. Default: 4 MiB. Range: 256 KiB to 16 GiB.</summary>
    public long ReaderCacheBytesMax { get; set; } = 4L << 20;

    /// <summary>
    /// Size of the write-ahead log at which it is copied into the file. Smaller: less to recover and less disk; larger:
    /// fewer copies. Default: 16 MiB. Range: 256 KiB to 1 GiB.
    /// </summary>
    public long CheckpointBytes { get; set; } = 16L << 20;

    /// <summary>
    /// When no append came for so long, the write-ahead log is copied into the file. Default: 500 ms. Range: 10 ms to 1
    /// hour.
    /// </summary>
    public TimeSpan IdleCheckpointAfter { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a full store looks for room. Default: 250 ms. Range: 10 ms to 1 minute.</summary>
    public TimeSpan FullProbeInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Called by the writer at the boundaries of every transaction that holds appends.</summary>
    internal Action<JournalBoundary>? OnBoundary { get; set; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">Names all options that are out of range.</exception>
    public void Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Path)) errors.Add($"{nameof(Path)} is required: the file to keep the store in");
        Check(errors, nameof(QueueCountMax), QueueCountMax, 1, 1 << 20);
        Check(errors, nameof(QueueBytesMax), QueueBytesMax, 64 << 10, 64L << 30);
        Check(errors, nameof(TransactionCountMax), TransactionCountMax, 1, 1 << 16);
        Check(errors, nameof(TransactionBytesMax), TransactionBytesMax, 4 << 10, 1L << 30);
        Check(errors, nameof(AppendBytesMax), AppendBytesMax, 64 << 10, 900L << 20);
        Check(errors, nameof(HeadCacheCountMax), HeadCacheCountMax, 16, 10_000_000);
        Check(errors, nameof(ReadersMax), ReadersMax, 1, 64);
        Check(errors, nameof(WriterCacheBytesMax), WriterCacheBytesMax, 1 << 20, 16L << 30);
        Check(errors, nameof(ReaderCacheBytesMax), ReaderCacheBytesMax, 256 << 10, 16L << 30);
        Check(errors, nameof(CheckpointBytes), CheckpointBytes, 256 << 10, 1L << 30);
        Check(errors, nameof(IdleCheckpointAfter), IdleCheckpointAfter, 10, 3_600_000);
        Check(errors, nameof(FullProbeInterval), FullProbeInterval, 10, 60_000);
        if (errors.Count > 0)
            throw new ArgumentException($"{nameof(SqliteJournalOptions)}: {string.Join("; ", errors)}.");
    }

    private static void Check(List<string> errors, string name, TimeSpan value, long minMs, long maxMs) =>
        Check(errors, name + " (ms)", (long)value.TotalMilliseconds, minMs, maxMs);

    private static void Check(List<string> errors, string name, long value, long min, long max)
    {
        if (value < min || value > max)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, but must be {min} to {max}"));
    }
}
