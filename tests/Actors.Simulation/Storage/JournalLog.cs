using System.Runtime.InteropServices;
using Actors.Journal;

namespace Actors.Simulation.Storage;

/// <summary>An append as it lies in the log.</summary>
/// <param name="Append">What was appended; if it is not sound, its key is right and nothing else need be.</param>
/// <param name="IsSound">Whether its checksum fits.</param>
/// <param name="EventsAt">Where its events begin in the log.</param>
/// <param name="Purge">What was removed instead; null: it is an append.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoggedAppend(
    JournalAppend Append, bool IsSound, int EventsAt, LoggedPurge? Purge = null);

/// <summary>Journals were removed: as <see cref="IJournalStore.PurgeAsync"/> was asked for it.</summary>
internal sealed record LoggedPurge(DateTimeOffset EndedBefore, int CountMax);

/// <summary>
/// The form of commits on the simulated disk: a length, a count, and so many appends, each with its checksum. A commit
/// counts if all of it is there.
/// </summary>
internal static class JournalLog
{
    /// <summary>In the place of the kind of a grain.</summary>
    private const int PurgeMark = -1;

    public static byte[] Write(IReadOnlyList<JournalAppend> commit) => Write(commit, WriteBody);

    public static byte[] Write(LoggedPurge purge) => Write([purge], static (writer, what) =>
    {
        writer.Write(PurgeMark);
        writer.Write(what.EndedBefore.UtcTicks);
        writer.Write(what.CountMax);
    });

    private static byte[] Write<T>(IReadOnlyList<T> commit, Action<BinaryWriter, T> writeBody)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(0);
        writer.Write(commit.Count);
        foreach (var append in commit)
        {
            var at = stream.Position;
            writer.Write(0);
            writer.Write(0u);
            writeBody(writer, append);
            var end = stream.Position;
            var body = stream.GetBuffer().AsSpan((int)at + 8, (int)(end - at - 8));
            stream.Position = at;
            writer.Write(body.Length);
            writer.Write(Checksum(body));
            stream.Position = end;
        }

        stream.Position = 0;
        writer.Write((int)stream.Length);
        return stream.ToArray();
    }

    /// <summary>Reads the commit at a place.</summary>
    /// <returns>Null: it is not all there. Else its appends, and where the next one begins.</returns>
    public static (List<LoggedAppend> Appends, int Next)? Read(byte[] log, int length, int at)
    {
        if (length - at < 8) return null;
        var size = BitConverter.ToInt32(log, at);
        var count = BitConverter.ToInt32(log, at + 4);
        if (size < 8 || size > length - at || count < 1) return null;
        List<LoggedAppend> appends = [];
        var place = at + 8;
        for (var i = 0; i < count; i++)
        {
            if (at + size - place < 8) return null;
            var bytes = BitConverter.ToInt32(log, place);
            if (bytes < 0 || bytes > at + size - place - 8) return null;
            var isSound = BitConverter.ToUInt32(log, place + 4) == Checksum(log.AsSpan(place + 8, bytes));
            appends.Add(ReadBody(log, place + 8, bytes, isSound));
            place += 8 + bytes;
        }

        return (appends, at + size);
    }

    private static void WriteBody(BinaryWriter writer, JournalAppend append)
    {
        writer.Write((int)append.Key.Kind);
        writer.Write(append.Key.Tenant);
        writer.Write(append.Key.Type);
        writer.Write(append.Key.Id);
        WriteBytes(writer, append.Events);
        writer.Write(append.Epoch);
        writer.Write(append.ExpectedSequence);
        writer.Write(append.EventCount);
        writer.Write(append.At.UtcTicks);
        writer.Write(append.Projection is not null);
        if (append.Projection is { } shown)
        {
            writer.Write(shown.Status);
            writer.Write(shown.StartedAt.UtcTicks);
            writer.Write(shown.EndedAt?.UtcTicks ?? 0);
            writer.Write(shown.WakeAt?.UtcTicks ?? 0);
            writer.Write(shown.Resume);
            writer.Write(shown.CorrelationId ?? "");
            writer.Write(shown.Definition ?? "");
        }

        var payloads = append.Payloads.IsDefault ? [] : append.Payloads;
        writer.Write(payloads.Length);
        foreach (var payload in payloads)
        {
            writer.Write(payload.Hash.Hex);
            WriteBytes(writer, payload.Bytes);
        }

        writer.Write(append.Snapshot is not null);
        if (append.Snapshot is { } snapshot) WriteBytes(writer, snapshot);
    }

    private static LoggedAppend ReadBody(byte[] log, int at, int length, bool isSound)
    {
        using var stream = new MemoryStream(log, at, length, writable: false);
        using var reader = new BinaryReader(stream);
        try
        {
            var kind = reader.ReadInt32();
            if (kind == PurgeMark)
            {
                var purge = new LoggedPurge(Time(reader.ReadInt64())!.Value, reader.ReadInt32());
                return new LoggedAppend(new JournalAppend(default, 0, 0, default, 0, default), isSound, at, purge);
            }

            var key = new GrainKey((GrainKind)kind, reader.ReadString(), reader.ReadString(), reader.ReadString());
            var eventsAt = at + (int)stream.Position + sizeof(int);
            if (!isSound) return new LoggedAppend(new JournalAppend(key, 0, 0, default, 0, default), false, eventsAt);
            var events = ReadBytes(reader);
            var append = new JournalAppend(
                key, reader.ReadInt64(), reader.ReadInt64(), events, reader.ReadInt32(),
                Time(reader.ReadInt64())!.Value,
                reader.ReadBoolean() ? ReadProjection(reader) : null,
                [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => ReadPayload(reader))],
                reader.ReadBoolean() ? ReadBytes(reader) : (ReadOnlyMemory<byte>?)null);
            return new LoggedAppend(append, true, eventsAt);
        }
        catch (Exception e) when (!isSound && e is IOException or ArgumentException or FormatException)
        {
            // Torn beyond recognition; nobody was told that it was there.
            return new LoggedAppend(new JournalAppend(default, 0, 0, default, 0, default), false, at);
        }
    }

    private static Projection ReadProjection(BinaryReader reader) => new(
        reader.ReadString(), Time(reader.ReadInt64())!.Value, Time(reader.ReadInt64()), Time(reader.ReadInt64()),
        reader.ReadBoolean(), Text(reader.ReadString()), Text(reader.ReadString()));

    private static PayloadBlob ReadPayload(BinaryReader reader) =>
        new(new PayloadHash(reader.ReadString()), ReadBytes(reader));

    private static void WriteBytes(BinaryWriter writer, ReadOnlyMemory<byte> bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes.Span);
    }

    private static byte[] ReadBytes(BinaryReader reader) => reader.ReadBytes(reader.ReadInt32());

    private static DateTimeOffset? Time(long ticks) => ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    private static string? Text(string text) => text.Length == 0 ? null : text;

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes) hash = (hash ^ b) * 16777619u;
        return hash;
    }
}
