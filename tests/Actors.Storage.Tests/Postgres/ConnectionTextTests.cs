using Actors.Journal;
using Actors.Storage.Postgres.Opening;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

[Collection(PostgresTests.Name)]
public sealed class ConnectionTextTests(ServerFixture server)
{
    [Theory]
    [InlineData("postgres://h1,h2/work", "h1,h2")]
    [InlineData("postgresql://actors:a,b@h1:5433,h2/work?schema=s", "h1:5433,h2")]
    [InlineData("postgres://[::1]:5433,127.0.0.1/work", "[::1]:5433,127.0.0.1")]
    [InlineData("postgres:///work?host=h1,h2", "h1,h2")]
    [InlineData("Host=h1,h2;Database=work", "h1,h2")]
    public void Several_hosts_are_tried_for_one_that_can_write(string text, string hosts)
    {
        var read = ConnectionText.Read(text, out _);
        (read.Host, read.Database, read.TargetSessionAttributes).ShouldBe((hosts, "work", "read-write"));
    }

    [Theory]
    [InlineData("postgres://h1,h2/work?target_session_attrs=any", "any")]
    [InlineData("Host=h1,h2;Target Session Attributes=primary", "primary")]
    [InlineData("postgres://h1/work?target_session_attrs=read-write", null)]
    [InlineData("postgres://h1/work", null)]
    public void Which_of_several_hosts_may_be_said(string text, string? attributes) =>
        ConnectionText.Read(text, out _).TargetSessionAttributes.ShouldBe(attributes);

    [Theory]
    [InlineData("postgres://actors:secret@h1/work", "h1")]
    [InlineData("postgres://actors:secret@/work", "localhost")]
    [InlineData("postgres:///work", "localhost")]
    public void One_host_is_read_as_before(string text, string host) =>
        ConnectionText.Read(text, out _).Host.ShouldBe(host);

    [Theory]
    [InlineData("postgres://secret@h1,/work")]
    [InlineData("postgres://secret@h1:x,h2/work")]
    [InlineData("postgres://secret@h1:99999,h2/work")]
    public void Hosts_that_are_none_are_refused_with_what_works(string text)
    {
        var refusal = Should.Throw<StoreOpenException>(() => ConnectionText.Read(text, out _));
        refusal.Message.ShouldContain("HOST:PORT,HOST:PORT");
        refusal.Message.ShouldNotContain("secret");
    }

    [PostgresFact]
    public async Task The_store_is_opened_on_the_host_that_can_write()
    {
        using var replica = PostgresServer.Start("default_transaction_read_only=on");
        var first = new Uri(replica.Address).Authority.Split('@')[^1];
        var address = server.NewAddress().Replace("@", $"@127.0.0.1:1,{first},", StringComparison.Ordinal);

        await using var store = await ServerFixture.OpenAsync(address);

        store.Health.ShouldBe(StoreHealth.Ready);
    }
}
