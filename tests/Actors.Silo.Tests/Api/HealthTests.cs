using System.Net;
using System.Text.Json;
using Actors.Silo.Health;
using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Tests.Api;

public sealed class HealthTests
{
    [Fact]
    public async Task A_silo_is_live_always_and_ready_when_nothing_keeps_it_from_work()
    {
        await using var silo = await RunningSilo.StartAsync();
        (await silo.Http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        silo.Health.Reasons = [new UnreadyReason("store", "the disk is full; make room")];
        (await silo.Http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var unready = await silo.Http.GetAsync("/health/ready");
        unready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var answer = JsonDocument.Parse(await unready.Content.ReadAsStringAsync()).RootElement;
        answer.GetProperty("status").GetString().ShouldBe("unready");
        answer.GetProperty("reasons")[0].GetProperty("part").GetString().ShouldBe("store");
        answer.GetProperty("reasons")[0].GetProperty("reason").GetString()!.ShouldContain("make room");
    }

    [Fact]
    public async Task A_standby_is_told_from_a_silo_that_is_in_trouble()
    {
        await using var silo = await RunningSilo.StartAsync();
        silo.Health.Reasons = [new UnreadyReason(UnreadyReason.Standby, "process 1 owns the store")];

        using var standby = await silo.Http.GetAsync("/health/ready");

        standby.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var answer = JsonDocument.Parse(await standby.Content.ReadAsStringAsync()).RootElement;
        answer.GetProperty("status").GetString().ShouldBe("standby");
        (await silo.Http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
