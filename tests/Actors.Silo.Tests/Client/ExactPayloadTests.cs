using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Tests.Client;

public sealed class ExactPayloadTests
{
    [Theory]
    [InlineData("1.0")]
    [InlineData("1E400")]
    [InlineData("12345678901234567890123456789")]
    [InlineData("""{ "b": "\u00e9\/<&", "a" : [ 1 , null ] }""")]
    [InlineData("{\"a\":\n1,\"a\":2}")]
    public async Task The_text_of_a_payload_comes_back_as_it_was_sent(string json)
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client();
        var sent = Payload.FromJson(json);
        var id = (await client.StartAsync(new StartRequest("approve", sent))).Id;
        (await client.GetAsync(id)).Input.ShouldBe(sent);
        (await client.HistoryAsync(id)).Events[0].Data.ShouldBe(sent);
    }
}
