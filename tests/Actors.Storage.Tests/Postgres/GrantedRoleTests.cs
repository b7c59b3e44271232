using System.Text.RegularExpressions;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Storage.Tests.Compliance;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

/// <summary>The compliance suite as a role that has nothing but what docs/postgresql.md grants it.</summary>
[Collection(PostgresTests.Name)]
[TestCaseOrderer("Actors.Storage.Tests.Postgres.OnlyWithServer", "Actors.Storage.Tests")]
public sealed partial class GrantedRoleTests(ServerFixture server) : JournalStoreCompliance
{
    private readonly string _owners = PostgresServer.Obstacle is null ? server.NewAddress() : "";

    private string Schema => _owners.Split('=')[^1];

    private string Granted => _owners.Replace("actors@", $"silo_{Schema}@", StringComparison.Ordinal);

    // Before there is a table: it is the default privileges that count, as for the tables of later versions.
    public override async Task InitializeAsync()
    {
        await ServerFixture.AskAsync(_owners, $"CREATE ROLE silo_{Schema} LOGIN");
        await GrantAsync();
        await MigrateAsync();
        await base.InitializeAsync();
    }

    [PostgresFact]
    public async Task What_is_there_already_can_be_granted_too()
    {
        await Store.DisposeAsync();
        await ServerFixture.AskAsync(_owners, $"DROP OWNED BY silo_{Schema}");
        await Should.ThrowAsync<StoreException>(OpenAsync);

        await GrantAsync();

        await ReopenAsync();
        await AppendedAsync(Batch(NewKey(), 0));
    }

    [PostgresFact]
    public async Task It_shares_a_store_and_audits_it()
    {
        await Store.DisposeAsync();
        await using (var member = await ServerFixture.OpenAsync(Granted, isShared: true))
            (await member.AppendAsync(Batch(NewKey(), 0, epoch: member.OwnerEpoch))).ShouldBe(AppendResult.Appended);

        await using var inspection =
            await PostgresStoreInspection.OpenAsync(new PostgresJournalOptions { Connection = Granted });
        (await inspection.CheckAsync()).ShouldBeEmpty();
    }

    protected override async Task<IJournalStore> OpenAsync() => await ServerFixture.OpenAsync(Granted);

    private Task MigrateAsync() =>
        PostgresJournalStore.MigrateAsync(new PostgresJournalOptions { Connection = _owners });

    private async Task GrantAsync()
    {
        var text = Statements().Match(await File.ReadAllTextAsync(Document())).Groups["text"].Value;
        text.ShouldContain("GRANT");
        text = text.Replace("SCHEMA IF NOT EXISTS actors", $"SCHEMA IF NOT EXISTS {Schema}", StringComparison.Ordinal)
            .Replace("SCHEMA actors", $"SCHEMA {Schema}", StringComparison.Ordinal)
            .Replace("TO silo", $"TO silo_{Schema}", StringComparison.Ordinal);
        await ServerFixture.AskAsync(_owners, text);
    }

    private static string Document()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Actors.sln"))) folder = folder.Parent;
        return Path.Combine(folder.FullName, "docs", "postgresql.md");
    }

    [GeneratedRegex("```sql\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Statements();
}
