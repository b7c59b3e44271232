using Actors.Journal;
using Actors.Silo.Orleans.Hosting;
using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Storage;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>Reminders and the state of grains on PostgreSQL, by our statements.</summary>
public sealed class KeptInDatabaseTests
{
    private static readonly GrainId Grain = GrainId.Create("test", "one");

    [PostgresFact]
    public async Task Reminders_and_states_are_kept_changed_and_removed_as_Orleans_asks()
    {
        using var server = PostgresServer.Start();
        await using var silo = await StartAsync(server);
        await RemindersAsync(silo.Services.GetRequiredService<IReminderTable>());
        await StatesAsync(silo.Services.GetRequiredKeyedService<IGrainStorage>("PubSubStore"));
        await NetIsArmedAsync(silo.Services);
    }

    [Fact]
    public async Task What_has_been_due_for_a_minute_is_woken_by_the_net()
    {
        await using var cluster = await RunningCluster.StartAsync(
            2, options => options.AddProcess(
                Definitions.Process.Define<Payload>("wait").Step("only", s => s.Wait("go")).Build()));
        var net = cluster.Service<global::Orleans.IGrainFactory>(0).GetGrain<INetGrain>(0);
        (await net.LookAsync()).ShouldBe(0);
        var started = await cluster.Client.StartAsync(new StartRequest("wait") { Key = "w" });
        var now = TimeProvider.System.GetUtcNow();
        cluster.Store.AlsoDue = until => until < now ? new DueKey(started.Id.Key, until) : null;
        (await net.LookAsync()).ShouldBe(1);
        (await cluster.Client.GetAsync(started.Id)).Status.ShouldBe(InvocationStatus.Waiting);
    }

    private static async Task<OneSilo> StartAsync(PostgresServer server)
    {
        var address = $"{server.Address}?schema=kept";
        await PostgresCluster.MigrateAsync(new PostgresJournalOptions { Connection = address });
        var connection = PostgresCluster.ConnectionString(address);
        return await OneSilo.StartAsync(new SharedStore(), more: silo =>
        {
            silo.UseAdoNetReminderService(o => (o.Invariant, o.ConnectionString) = ("Npgsql", connection));
            silo.AddAdoNetGrainStorage("PubSubStore", (AdoNetGrainStorageOptions o) =>
                (o.Invariant, o.ConnectionString) = ("Npgsql", connection));
        });
    }

    private static async Task RemindersAsync(IReminderTable table)
    {
        var start = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var entry = new ReminderEntry
        {
            GrainId = Grain, ReminderName = "r", StartAt = start, Period = TimeSpan.FromMinutes(90),
        };
        var first = await table.UpsertRow(entry);
        var read = await table.ReadRow(Grain, "r");
        (read!.ETag, read.Period).ShouldBe((first, TimeSpan.FromMinutes(90)));
        read.StartAt.ToUniversalTime().ShouldBe(start);
        var second = await table.UpsertRow(new ReminderEntry
        {
            GrainId = Grain, ReminderName = "r", StartAt = start, Period = TimeSpan.FromMinutes(5),
        });
        second.ShouldNotBe(first);
        (await table.ReadRows(Grain)).Reminders.Single().Period.ShouldBe(TimeSpan.FromMinutes(5));

        // The ring, in one part, in two that join at its end, and the part without the grain.
        var hash = Grain.GetUniformHashCode();
        (await table.ReadRows(0, 0)).Reminders.ShouldContain(r => r.GrainId == Grain);
        (await table.ReadRows(hash - 1, hash)).Reminders.ShouldContain(r => r.GrainId == Grain);
        (await table.ReadRows(hash, hash - 1)).Reminders.ShouldNotContain(r => r.GrainId == Grain);
        (await table.RemoveRow(Grain, "r", first!)).ShouldBeFalse("somebody has changed it since");
        (await table.RemoveRow(Grain, "r", second!)).ShouldBeTrue();
        (await table.ReadRow(Grain, "r")).ShouldBeNull();
    }

    private static async Task StatesAsync(IGrainStorage storage)
    {
        var mine = new GrainState<Box>(new Box { Text = "a" });
        await storage.WriteStateAsync("box", Grain, mine);
        var theirs = new GrainState<Box>();
        await storage.ReadStateAsync("box", Grain, theirs);
        (theirs.State!.Text, theirs.RecordExists).ShouldBe(("a", true));
        mine.State!.Text = "b";
        await storage.WriteStateAsync("box", Grain, mine);
        theirs.State!.Text = "c";
        await Should.ThrowAsync<InconsistentStateException>(() => storage.WriteStateAsync("box", Grain, theirs));
        var late = new GrainState<Box>(new Box { Text = "d" });
        await Should.ThrowAsync<InconsistentStateException>(() => storage.WriteStateAsync("box", Grain, late));
        await storage.ReadStateAsync("box", Grain, theirs);
        theirs.State!.Text.ShouldBe("b");
        await storage.ClearStateAsync("box", Grain, theirs);
        var after = new GrainState<Box>();
        await storage.ReadStateAsync("box", Grain, after);
        after.RecordExists.ShouldBeFalse();
        after.State = new Box { Text = "e" };
        await storage.WriteStateAsync("box", Grain, after);
        await storage.ReadStateAsync("box", Grain, mine);
        mine.State!.Text.ShouldBe("e");
    }

    private static async Task NetIsArmedAsync(IServiceProvider services)
    {
        var net = services.GetRequiredService<global::Orleans.IGrainFactory>().GetGrain<INetGrain>(0);
        await net.ArmAsync();
        var row = await services.GetRequiredService<IReminderTable>().ReadRow(net.GetGrainId(), "actors.net");
        row!.Period.ShouldBe(TimeSpan.FromMinutes(1));
    }

    /// <summary>A state.</summary>
    public sealed class Box
    {
        public string Text { get; set; } = "";
    }
}
