using System.CommandLine;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Storage.Postgres;

namespace Actors.Cli.Commands;

/// <summary><c>actors store migrate</c>: brings the schema of a store on PostgreSQL up to date.</summary>
internal sealed class StoreCommand(CliHost host) : ICliCommand
{
    private readonly Option<string> _store = new("--store")
    {
        Description = "The database: postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME",
        Required = true,
    };

    private readonly Option<bool> _cluster = new("--cluster")
    {
        Description = "Make the tables of a cluster of silos, too",
    };

    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var migrate = new Command("migrate", "Bring the schema of a store on PostgreSQL up to date.")
        {
            _store, _cluster, _json,
        };
        migrate.SetAction((parsed, _) => MigrateAsync(
            parsed.GetRequiredValue(_store), parsed.GetValue(_cluster), parsed.GetValue(_json)));
        return new Command("store", "Look after a store.") { migrate };
    }

    private async Task<int> MigrateAsync(string store, bool cluster, bool json)
    {
        if (!PostgresJournalOptions.Names(store))
        {
            throw new RefusedException(
                $"'{store}' is not a database: only stores on PostgreSQL are migrated, name one as postgres://...",
                "not-a-database");
        }

        var (migrated, version) = await PostgresJournalStore.MigrateAsync(
            new PostgresJournalOptions { Connection = store }, cancellationToken: host.Interrupted);
        if (cluster)
        {
            await PostgresCluster.MigrateAsync(
                new PostgresJournalOptions { Connection = store }, cancellationToken: host.Interrupted);
        }

        if (json) host.Out.WriteRaw(JsonText.Of(new { Migrated = migrated, Version = version }));
        else if (migrated == 0) host.Out.Write($"the schema is up to date: version {version}");
        else host.Out.Write($"the schema was migrated to version {version}");
        return ExitCode.Done;
    }
}
