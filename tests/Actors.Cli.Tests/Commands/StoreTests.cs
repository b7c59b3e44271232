using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Cli.Tests.Commands;

public sealed class StoreTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Only_a_database_is_migrated()
    {
        var run = await _cli.RunAsync("store", "migrate", "--store", "actors.db");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("postgres://");
    }

    [PostgresFact]
    public async Task A_process_is_run_and_read_in_a_database_that_was_migrated()
    {
        using var server = PostgresServer.Start();
        var store = server.Address + "?schema=cli";
        var file = _cli.File("order.yaml", """
            process: order
            steps:
              reserve: { simulate: 1ms }
              label: { after: [reserve], simulate: 1ms }
            """);

        var early = await _cli.RunAsync("list", "--store", store);
        early.Code.ShouldBe(2);
        early.Error.ShouldContain("actors store migrate");
        (await _cli.RunAsync("store", "migrate", "--store", store, "--json")).Json.GetProperty("migrated").GetInt32()
            .ShouldBeGreaterThan(0);
        (await _cli.RunAsync("store", "migrate", "--store", store)).Out.ShouldContain("up to date");
        (await _cli.RunAsync("run", file, "--store", store, "--key", "o-1")).Code.ShouldBe(0);
        var shown = await _cli.RunAsync("show", "order/o-1", "--store", store);

        shown.Code.ShouldBe(0);
        (await _cli.RunAsync("audit", store)).Code.ShouldBe(0);
        shown.Out.ShouldContain("completed", Case.Insensitive);
    }
}
