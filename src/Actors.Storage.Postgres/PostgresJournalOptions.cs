using System.Globalization;
using Actors.Storage.Postgres.Opening;

namespace Actors.Storage.Postgres;

/// <summary>Where a store on PostgreSQL is kept, and its limits.</summary>
public sealed class PostgresJournalOptions
{
    private const int SchemaLengthMax = 63;

    /// <summary>
    /// The database: <c>postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE</c> or a connection string of Npgsql.
    /// Required. Options of the address are Npgsql's (<c>sslmode</c>, <c>timeout</c> ...), <c>host</c> (a folder for a
    /// Unix socket) and <c>schema</c>, which overrides <see cref="Schema"/>. Of several hosts
    /// (<c>HOST:PORT,HOST:PORT</c>) one that can write is connected to.
    /// </summary>
    public string Connection { get; set; } = "";

    /// <summary>
    /// Schema that holds the tables; made where it is missing. Default: <c>actors</c>. Range: 1 to 63 characters.
    /// </summary>
    public string Schema { get; set; } = "actors";

    /// <summary>
    /// Whether opening brings the schema up to date. False: an older schema is refused, and somebody else runs
    /// <c>actors store migrate</c> or the files of <c>deploy/postgres</c>. Default: true.
    /// </summary>
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// Whether other processes write to the store, too, as the silos of a cluster do: all of them open it with true,
    /// or one of them with false. Then ownership is per journal: whoever reads a journal appends under a later epoch
    /// than its head has, and of two only one can. Default: false.
    /// </summary>
    public bool Shared { get; set; }

    /// <summary>
    /// How long ownership lasts without being renewed (it is renewed every third of that time), by the server's clock:
    /// after it another process may take the store over. One that is seen to be gone, because its connection has ended,
    /// is waited for only a tenth of that time (250 ms at least), in which it may come back. Default: 10 seconds.
    /// Range: 1 second to 10 minutes.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long opening waits for a store that another process owns, as its hot standby; with <see
    /// cref="Timeout.InfiniteTimeSpan"/>, for as long as it takes. Zero: such a store is refused at once. Default: 0.
    /// Range: 0 to 3,650 days, or infinite.
    /// </summary>
    public TimeSpan StandbyMax { get; set; }

    /// <summary>
    /// Called when opening begins to wait as a standby, and with each new owner, with the owner's name. Null: nobody is
    /// told. Default: null.
    /// </summary>
    public Action<string>? OnStandby { get; set; }

    /// <summary>
    /// Called once, on the writer's thread, when another process has taken the store over: this one writes nothing any
    /// more. Must be quick. Null: nobody is told. Default: null.
    /// </summary>
    public Action? OnLost { get; set; }

    /// <summary>
    /// How long appends and reads wait for a server that is away; then they fail as uncertain, and new ones at once,
    /// until it is back. Default: 30 seconds. Range: 0 to 1 hour.
    /// </summary>
    public TimeSpan OutageMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Appends that wait for the writer; above it <c>AppendAsync</c> waits for room. Default: 4,096. Range: 1 to
    /// 1,048,576.
    /// </summary>
    public int QueueCountMax { get; set; } = 4_096;

    /// <summary>Bytes of the appends that wait for the writer. Default: 128 MiB. Range: 64 KiB to 64 GiB.</summary>
    public long QueueBytesMax { get; set; } = 128L << 20;

    /// <summary>Appends that share a commit. Default: 1,024. Range: 1 to 65,536.</summary>
    public int TransactionCountMax { get; set; } = 1_024;

    /// <summary>
    /// Bytes that share a commit; a larger append goes alone. Default: 8 MiB. Range: 4 KiB to 256 MiB.
    /// </summary>
    public long TransactionBytesMax { get; set; } = 8L << 20;

    /// <summary>
    /// The largest append: events, snapshot and payloads together; a larger one is refused with <see
    /// cref="ArgumentException"/>. Default: 256 MiB. Range: 64 KiB to 512 MiB.
    /// </summary>
    public long AppendBytesMax { get; set; } = 256L << 20;

    /// <summary>
    /// Journals whose head the writer remembers. Default: 20,000 (some 8 MB). Range: 16 to 10,000,000.
    /// </summary>
    public int HeadCacheCountMax { get; set; } = 20_000;

    /// <summary>
    /// Connections for reads; more reads wait. The writer has one of its own. Default: 4. Range: 2 to 64.
    /// </summary>
    public int ReadersMax { get; set; } = 4;

    /// <summary>How often a full store looks for room. Default: 250 ms. Range: 10 ms to 1 minute.</summary>
    public TimeSpan FullProbeInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Called by the writer around each commit: tests break things.</summary>
    internal Action<CommitMoment>? OnCommit { get; set; }

    /// <summary>
    /// Whether a text names a database: it begins with <c>postgres://</c> or <c>postgresql://</c>, or is a connection
    /// string with a <c>Host=</c>.
    /// </summary>
    public static bool Names(string text) =>
        ConnectionText.IsAddress(text)
        || text.Split(';').Any(part => part.TrimStart().StartsWith("Host=", StringComparison.OrdinalIgnoreCase));

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">Names all options that are out of range.</exception>
    public void Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Connection))
            errors.Add($"{nameof(Connection)} is required: the database, as postgres://USER@HOST/DATABASE");
        if (Schema.Length is < 1 or > SchemaLengthMax || Schema.Contains('\0', StringComparison.Ordinal))
            errors.Add($"{nameof(Schema)} is '{Schema}', but must have 1 to {SchemaLengthMax} characters");
        Check(errors, nameof(Lease), Lease, 1_000, 600_000);
        Check(errors, nameof(OutageMax), OutageMax, 0, 3_600_000);
        if (StandbyMax != Timeout.InfiniteTimeSpan)
            Check(errors, nameof(StandbyMax), StandbyMax, 0, (long)TimeSpan.FromDays(3650).TotalMilliseconds);
        Check(errors, nameof(QueueCountMax), QueueCountMax, 1, 1 << 20);
        Check(errors, nameof(QueueBytesMax), QueueBytesMax, 64 << 10, 64L << 30);
        Check(errors, nameof(TransactionCountMax), TransactionCountMax, 1, 1 << 16);
        Check(errors, nameof(TransactionBytesMax), TransactionBytesMax, 4 << 10, 256L << 20);
        Check(errors, nameof(AppendBytesMax), AppendBytesMax, 64 << 10, 512L << 20);
        Check(errors, nameof(HeadCacheCountMax), HeadCacheCountMax, 16, 10_000_000);
        Check(errors, nameof(ReadersMax), ReadersMax, 2, 64);
        Check(errors, nameof(FullProbeInterval), FullProbeInterval, 10, 60_000);
        if (errors.Count > 0)
            throw new ArgumentException($"{nameof(PostgresJournalOptions)}: {string.Join("; ", errors)}.");
    }

    private static void Check(List<string> errors, string name, TimeSpan value, long minMs, long maxMs) =>
        Check(errors, name + " (ms)", (long)value.TotalMilliseconds, minMs, maxMs);

    private static void Check(List<string> errors, string name, long value, long min, long max)
    {
        if (value < min || value > max)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, but must be {min} to {max}"));
    }
}
