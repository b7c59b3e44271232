using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Benchmarks;

/// <summary>What to run a workload with.</summary>
internal sealed record BenchmarkSettings(
    string Store, int Clients, TimeSpan Duration, int? Count, string Folder, string? Connection)
{
    /// <summary>Silos of a cluster in this process; 0: the embedded host.</summary>
    public int Silos { get; init; }

    /// <summary>Parts of the work stream; null: by default.</summary>
    public int? Partitions { get; init; }

    /// <summary>How long agents wait at an empty part of it; null: by default.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Attempts at once per silo; null: by default.</summary>
    public int? Workers { get; init; }

    /// <summary>As results name it.</summary>
    public string Host => Silos == 0 ? "embedded" : $"orleans, {Silos} silo(s)";

    /// <summary>Whether the store is PostgreSQL, which has targets of its own.</summary>
    public bool IsPostgres => Store == "postgres";
}

/// <summary>
/// One figure, beside the limit of the store measured in the same run. Void unless the audit is clean.
/// </summary>
internal sealed record BenchmarkResult
{
    // On the machine that the targets were set on.
    private const double NaiveLoopThere = 28;
    private const double SqliteCommitMsThere = 0.112;
    private const double PostgresCommitMsThere = 0.139;

    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new RoundedConverter() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Workload { get; init; }

    public required string Store { get; init; }

    public required string Host { get; init; }

    public required int Clients { get; init; }

    /// <summary>Operations of the workload that completed, per second.</summary>
    public required double CompletedPerSecond { get; init; }

    public required double P50Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double MaxMs { get; init; }

    /// <summary>CPU time per durable step, of the process and, where it is ours, of the database server.</summary>
    public required double CpuMicrosPerStep { get; init; }

    public required double CommitsPerOp { get; init; }

    /// <summary>Appends; several share a commit.</summary>
    public required double AppendsPerOp { get; init; }

    public required double BytesPerOp { get; init; }

    /// <summary>Managed bytes allocated by the whole process, per operation.</summary>
    public required double AllocatedBytesPerOp { get; init; }

    public required double RssMb { get; init; }

    /// <summary>Commit of one client alone on the bare store, p50, in the same run.</summary>
    public required double CommitProbeMs { get; init; }

    /// <summary>Appends per second of 64 clients on the bare store, in the same run.</summary>
    public required double GroupCommitProbePerSecond { get; init; }

    /// <summary>CPU time per step of <see cref="Measuring.NaiveLoop"/> in the same run: the machine's speed.</summary>
    public required double NaiveLoopCpuMicrosPerStep { get; init; }

    /// <summary>
    /// <see cref="CpuMicrosPerStep"/> on the machine the targets were set on, whose naive loop took 28 us: an estimate.
    /// </summary>
    public double CpuScaledMicrosPerStep => CpuMicrosPerStep * NaiveLoopThere / NaiveLoopCpuMicrosPerStep;

    /// <summary>What a durable step may cost, the server's part included.</summary>
    public double CpuTargetMicrosPerStep => Store == "postgres" ? 80 : 40;

    /// <summary>
    /// <c>reached</c>, <c>reached if scaled</c> to the targets' machine, or <c>missed</c>; <c>not judged</c> with one
    /// client, who pays alone for what others share.
    /// </summary>
    public string CpuVerdict =>
        Verdict == "void" ? "void"
        : Clients == 1 ? "not judged"
        : CpuMicrosPerStep <= CpuTargetMicrosPerStep ? "reached"
        : CpuScaledMicrosPerStep <= CpuTargetMicrosPerStep ? "reached if scaled"
        : "missed";

    public required string Target { get; init; }

    public required string Verdict { get; init; }

    public required string Audit { get; init; }

    /// <summary>The part of the CPU time per step that is the database server's.</summary>
    public double ServerCpuMicrosPerStep { get; init; }

    /// <summary>Settings of the database server that matter; null: there is none.</summary>
    public string? ServerSettings { get; init; }

    /// <summary>Figures that only this workload has.</summary>
    public Dictionary<string, double> More { get; init; } = [];

    /// <summary>
    /// Judges the throughput of one client, each of whose operations is one commit: as measured, or as if the commit
    /// took as long as on the machine that the target was set on.
    /// </summary>
    public static string JudgeOneClient(double perSecond, double target, double commitMs, bool isPostgres)
    {
        var commitMsThere = isPostgres ? PostgresCommitMsThere : SqliteCommitMsThere;
        return perSecond >= target ? "reached"
            : perSecond * commitMs >= target * commitMsThere ? "reached if scaled"
            : "missed";
    }

    public string ToText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Workload,-4} {Host} {Store} {Clients} clients: {CompletedPerSecond:F0}/s, " +
        $"p50 {P50Ms:F3} ms, p99 {P99Ms:F3} ms, max {MaxMs:F1} ms, " +
        $"{CpuMicrosPerStep:F1} us CPU/step ({ServerCpuMicrosPerStep:F1} of the server), " +
        $"{CommitsPerOp:F3} commits/op, {AppendsPerOp:F2} appends/op, {BytesPerOp:F0} B/op, " +
        $"{AllocatedBytesPerOp:F0} B allocated/op, {RssMb:F0} MB; " +
        $"store alone: {CommitProbeMs:F3} ms a commit, {GroupCommitProbePerSecond:F0} appends/s; " +
        $"naive loop: {NaiveLoopCpuMicrosPerStep:F1} us CPU/step; " +
        $"{MoreToText()}\n" +
        $"     target: {Target}: {Verdict}; <= {CpuTargetMicrosPerStep:F0} us a step: {CpuVerdict} " +
        $"({CpuScaledMicrosPerStep:F1} us there); audit {Audit}");

    private string MoreToText() => string.Join(
        ", ", More.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:F2}")));

    private sealed class RoundedConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(double.IsFinite(value) ? Math.Round(value, 4) : -1);
    }
}
