using System.Text;
using Actors.Journal;
using Actors.Storage.Sqlite;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.Storage.Tests.Sqlite;

/// <summary>
/// Every byte of the last three records is spoilt, one after the other, and the file cut off there: what is read is the
/// history as it was or an error that says so, and never another history.
/// </summary>
public sealed class SqliteDamageTests(ITestOutputHelper output) : IDisposable
{
    private const int Records = 5;
    private const int Spoilt = 3;

    // A row's key, numbers, checksum and lengths lie beside its events.
    private const int AroundEvents = 48;

    private static readonly GrainKey Key = new(GrainKind.Invocation, "default", "order", "1");

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x80)]
    [InlineData(0xFF)]
    public async Task A_spoilt_byte_is_found_or_does_no_harm(byte bits)
    {
        await WriteAsync();
        var sound = await ReadAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.File);
        var (first, end) = LastRecords(bytes);
        var (found, harmless) = (0, 0);
        for (var at = first; at < end; at++)
        {
            await PatchAsync(at, (byte)(bytes[at] ^ bits));
            if (await ReadsAsync(sound, $"byte {at} of {first} to {end}")) harmless++;
            else found++;
            await PatchAsync(at, bytes[at]);
        }

        (await ReadAsync()).ShouldBe(sound);
        output.WriteLine($"{found} found, {harmless} harmless");
        // What is harmless lies between the rows.
        found.ShouldBeGreaterThan(Spoilt * Event(0).Length);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_is_found_out()
    {
        await WriteAsync();
        var sound = await ReadAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.File);
        var (first, end) = LastRecords(bytes);
        for (var length = first; length < end; length++)
        {
            await File.WriteAllBytesAsync(_folder.File, bytes[..length]);
            (await ReadsAsync(sound, $"cut off at {length}")).ShouldBeFalse($"cut off at {length}");
        }
    }

    private static string Event(int i) =>
        $$"""["Something that happened, number {{i}}",{"a":"{{new string('x', 40)}}"}]""";

    /// <summary>Where the last records lie in a file.</summary>
    private static (int First, int End) LastRecords(byte[] file)
    {
        var (first, end) = (file.Length, 0);
        for (var i = Records - Spoilt; i < Records; i++)
        {
            var text = Encoding.UTF8.GetBytes(Event(i));
            var at = file.AsSpan().IndexOf(text);
            at.ShouldBeGreaterThan(0, Event(i));
            first = Math.Min(first, at - AroundEvents);
            end = Math.Max(end, at + text.Length + AroundEvents);
        }

        return (first, Math.Min(end, file.Length));
    }

    private async Task WriteAsync()
    {
        await using var store = await _folder.OpenAsync();
        for (var i = 0; i < Records; i++)
        {
            (await store.AppendAsync(new JournalAppend(
                Key, store.OwnerEpoch, i, Encoding.UTF8.GetBytes(Event(i)), 1, DateTimeOffset.UnixEpoch)))
                .ShouldBe(AppendResult.Appended);
        }
    }

    private async Task PatchAsync(int at, byte value)
    {
        await using var file = new FileStream(_folder.File, FileMode.Open);
        file.Position = at;
        file.WriteByte(value);
    }

    private async Task<bool> ReadsAsync(IReadOnlyList<string> sound, string damage)
    {
        try
        {
            (await ReadAsync()).ShouldBe(sound, damage);
            return true;
        }
        catch (Exception e) when (e is StoreCorruptException or StoreOpenException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<string>> ReadAsync()
    {
        await using var inspection = SqliteStoreInspection.Open(_folder.File);
        var page = await inspection.ReadAsync(Key);
        return [$"head {page.HeadSequence}, epoch {page.HeadEpoch}", .. page.Records.Select(Text)];
    }

    private static string Text(JournalRecord record) =>
        $"{record.FirstSequence} to {record.LastSequence}, epoch {record.Epoch}, {record.At:O}: " +
        Encoding.UTF8.GetString(record.Events.Span);
}
