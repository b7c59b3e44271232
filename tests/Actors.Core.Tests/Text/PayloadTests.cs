using System.Text;
using Shouldly;

namespace Actors.Core.Tests.Text;

public sealed class PayloadTests
{
    [Theory]
    [InlineData("\"\\ud800\"", "byte 1")]
    [InlineData("[1,\"a\\uDC00\"]", "byte 4")]
    [InlineData("{\"\\ud83d\":1}", "byte 2")]
    [InlineData("\"\\ud83d\\ud83d\"", "byte 1")]
    public void Half_a_surrogate_pair_is_refused(string json, string at)
    {
        var thrown = Should.Throw<InvalidPayloadException>(() => Payload.FromJson(json));

        thrown.Message.ShouldContain("surrogate");
        thrown.Message.ShouldContain(at);
    }

    [Fact]
    public void Half_a_surrogate_pair_in_a_string_is_refused_and_not_replaced() =>
        Should.Throw<InvalidPayloadException>(() => Payload.FromJson("\"\ud800\""))
            .Message.ShouldContain("surrogate pair in the string at character 2");

    [Theory]
    [InlineData("\"\\ud83d\\ude00\"")]
    [InlineData("\"\ud83d\ude00\"")]
    [InlineData("\"\\\\ud800\"")]
    [InlineData("{\"\\ud83d\\ude00\":\"\\u0041\"}")]
    public void Whole_characters_are_taken_as_they_are_written(string json) =>
        Payload.FromJson(json).ToString().ShouldBe(json);

    [Fact]
    public void What_is_not_utf8_is_refused()
    {
        foreach (byte[] text in (byte[][])[[0xC3, 0x28], [0xED, 0xA0, 0x80], [0xFF]])
            Should.Throw<InvalidPayloadException>(() => Payload.FromUtf8((byte[])[(byte)'"', .. text, (byte)'"']))
                .Message.ShouldContain("UTF-8");
        Payload.FromUtf8(Encoding.UTF8.GetBytes("\"é\"")).ToString().ShouldBe("\"é\"");
    }
}
