using System.Collections.Concurrent;
using Actors.Grains.Hosting;
using Actors.Journal;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class ResumeTests
{
    [Fact]
    public async Task Unfinished_grains_are_taken_up_oldest_first()
    {
        await using var first = new TestHost();
        foreach (var minute in new[] { 3, 1, 4, 0, 2 }) await LeaveUnfinishedAsync(first, $"m{minute}", minute);
        await first.AddAsync("finished");
        await using var test = new TestHost(
            new GatedStore(first.Store.Inner.Reopen()), new EmbeddedHostOptions { ResumeConcurrency = 1 });
        await test.Host.StartAsync(CancellationToken.None);
        for (var minute = 0; minute < 5; minute++) (await test.NextAsync<Activated>()).Id.ShouldBe($"m{minute}");
        await test.ReadAsync("m4");
        test.Activations.ShouldNotContain(TestHost.Key("finished"));
    }

    [Fact]
    public async Task Only_so_many_are_read_at_once_and_new_messages_are_served_meanwhile()
    {
        await using var first = new TestHost();
        for (var i = 0; i < 40; i++) await LeaveUnfinishedAsync(first, $"k{i}", i);
        await using var test = new TestHost(
            new GatedStore(first.Store.Inner.Reopen()), new EmbeddedHostOptions { ResumeConcurrency = 4 });
        var gate = new TaskCompletionSource();
        var reading = new ConcurrentQueue<GrainKey>();
        test.OnActivating = key =>
        {
            if (key.Id == "new") return Task.CompletedTask;
            reading.Enqueue(key);
            return gate.Task;
        };
        await test.Host.StartAsync(CancellationToken.None);
        (await test.AddAsync("new")).ShouldBe(1);
        reading.Count.ShouldBe(4);
        gate.SetResult();
        for (var i = 0; i < 41; i++) await test.NextAsync<Activated>();
    }

    [Fact]
    public async Task A_damaged_journal_and_a_failed_page_hold_up_nobody()
    {
        await using var first = new TestHost();
        for (var i = 0; i < 5; i++) await LeaveUnfinishedAsync(first, $"k{i}", i);
        await using var test = new TestHost(
            new GatedStore(first.Store.Inner.Reopen()), new EmbeddedHostOptions { ResumeConcurrency = 1 });
        var failures = 2;
        test.Store.SpoilResumable = () => failures-- > 0 ? new StoreException("busy") : null;
        test.Store.SpoilRead = key => key.Id == "k1" ? new StoreCorruptException("damaged") : null;
        await test.Host.StartAsync(CancellationToken.None);
        for (var i = 0; i < 4; i++) test.Clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var i in new[] { 0, 2, 3, 4 }) (await test.NextAsync<Activated>()).Id.ShouldBe($"k{i}");
    }

    private static Task LeaveUnfinishedAsync(TestHost test, string id, int minute) => test.AskAsync(id, (grain, turn) =>
    {
        turn.Project(new Projection("Running", DateTimeOffset.UnixEpoch.AddMinutes(minute), Resume: true));
        return grain.Add(turn, 1);
    });
}
