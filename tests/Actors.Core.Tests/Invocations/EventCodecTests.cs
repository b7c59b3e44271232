using System.Text;
using Actors.Core.Invocations;
using Actors.Core.Journaling;
using Actors.Journal;
using Shouldly;

namespace Actors.Core.Tests.Invocations;

/// <summary>
/// The stored form of every event, version 1. A change here means that journals on disk can no longer be read: don't
/// adapt the text, add fields at the end.
/// </summary>
public sealed class EventCodecTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, InvocationEvent> Golden => new()
    {
        {
            """[[1,"abc",2,1767268800000000,"corr",{"n":1},["t","p","i",3,"s[4]",5],"00-1-2-01"]]""",
            new InvocationEvent.Started("abc", 2, Noon, "corr", Payload.FromJson("""{"n":1}"""),
                new ParentStep(new InvocationId("t", "p", "i"), 3, new StepRef("s", 4), 5), "00-1-2-01")
        },
        {
            """[[1,"abc",1,1767268800000000,"corr",null,null,null]]""",
            new InvocationEvent.Started("abc", 1, Noon, "corr", Payload.Null, null, null)
        },
        {
            """[[1,"abc",1,1767268800000000,"corr",null,null,null,"start"]]""",
            new InvocationEvent.Started("abc", 1, Noon, "corr", Payload.Null, null, null, "start")
        },
        { """[[2,"s",7,1]]""", new InvocationEvent.StepScheduled("s", 7, 1) },
        { """[[2,"s[3]",7,1,99]]""", new InvocationEvent.StepScheduled(new StepRef("s", 3), 7, 1, false, 99) },
        { """[[22,"s",7,2]]""", new InvocationEvent.StepScheduled("s", 7, 2, true) },
        { """[[3,"s",7,1,"it's"]]""", new InvocationEvent.StepSucceeded("s", 7, 1, Payload.FromJson("\"it's\"")) },
        { """[[23,"s",7,1]]""", new InvocationEvent.StepSucceeded("s", 7, 1, Payload.Null, true) },
        {
            """[[4,"s",7,1,["t","m",1,"s",1,["u","n",2,null,0,null]],99]]""",
            new InvocationEvent.StepFailed("s", 7, 1,
                new Failure("t", "m", FailureKind.Transient, "s", 1, new Failure("u", "n", FailureKind.Permanent)), 99)
        },
        {
            """[[24,"s",7,1,["t","m",2,null,0,null]]]""",
            new InvocationEvent.StepFailed("s", 7, 1, Failure.Permanent("t", "m"), null, true)
        },
        {
            """[[4,"s",7,1,["t","m",2,null,0,["u","n",2,null,0,null,true],true]]]""",
            new InvocationEvent.StepFailed("s", 7, 1, Done("t", "m") with { Cause = Done("u", "n") }, null)
        },
        { """[[5,"s",7]]""", new InvocationEvent.StepSkipped("s", 7) },
        { """[[6,"s",7,true]]""", new InvocationEvent.StepCancelled("s", 7, true) },
        { """[[7,"s",7]]""", new InvocationEvent.StepCancelRequested("s", 7) },
        {
            """[[7,"s",7,["t","m",2,null,0,null]]]""",
            new InvocationEvent.StepCancelRequested("s", 7, Failure.Permanent("t", "m"))
        },
        { """[[8,"s",7,1000]]""", new InvocationEvent.StepExpanded("s", 7, 1000) },
        { """[[9,"s",7]]""", new InvocationEvent.JoinReleased("s", 7) },
        { """[[10,7,"go","id",[1]]]""", new InvocationEvent.SignalReceived(7, "go", "id", Payload.FromJson("[1]")) },
        { """[[11,"s",7,"go"]]""", new InvocationEvent.SignalTaken("s", 7, "go") },
        {
            """[[12,7,["t","m",2,null,0,null],true]]""",
            new InvocationEvent.Stopping(7, Failure.Permanent("t", "m"), true)
        },
        { """[[13,7]]""", new InvocationEvent.CompensationBegan(7) },
        { """[[14,7,{"a":1}]]""", new InvocationEvent.Completed(7, Payload.FromJson("""{"a":1}""")) },
        { """[[15,7]]""", new InvocationEvent.Failed(7) },
        { """[[16,7]]""", new InvocationEvent.Cancelled(7) },
        { """[[17,7]]""", new InvocationEvent.Paused(7) },
        { """[[18,7]]""", new InvocationEvent.Resumed(7) },
        { """[[19,7]]""", new InvocationEvent.Retried(7) },
        {
            """[[20,7,"abc","corr",1]]""",
            new InvocationEvent.ReplacementQueued(7, "abc", "corr", Payload.FromJson("1"))
        },
        {
            """[[20,7,"abc","corr",1,"start"]]""",
            new InvocationEvent.ReplacementQueued(7, "abc", "corr", Payload.FromJson("1"), "start")
        },
        {
            """[[25,7,["t","m",2,null,0,null]]]""",
            new InvocationEvent.ReplacementCancelled(7, Failure.Permanent("t", "m"))
        },
        { """[[21,7,60000007]]""", new InvocationEvent.ChildrenAsked(7, 60_000_007) },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Every_event_is_stored_in_its_frozen_form_and_read_back(string stored, InvocationEvent e)
    {
        using var writer = new EventWriter();
        writer.Add(e);
        Encoding.UTF8.GetString(writer.Take().Events.Span).ShouldBe(stored);
        var read = InvocationEventCodec.Read(
            Encoding.UTF8.GetBytes(stored), _ => throw new InvalidOperationException());
        read.ShouldBe([e]);
    }

    [Fact]
    public void Every_kind_of_event_has_a_golden_form() =>
        typeof(InvocationEvent).GetNestedTypes().Where(t => !t.IsAbstract)
            .ShouldAllBe(t => Golden.Any(row => row[1].GetType() == t));

    [Theory]
    [InlineData("[[99,1]]")]
    [InlineData("[[3,\"s\"]]")]
    [InlineData("[[2,5,7,1]]")]
    [InlineData("[[2,\"s\",7")]
    [InlineData("{}")]
    public void What_this_version_does_not_know_is_corruption_and_never_skipped(string stored) =>
        Should.Throw<StoreCorruptException>(
            () => InvocationEventCodec.Read(Encoding.UTF8.GetBytes(stored), _ => Payload.Null));

    [Fact]
    public void A_payload_above_the_threshold_leaves_the_event_and_comes_back_by_hash()
    {
        var atLimit = Payload.From(new string('x', PayloadBlob.ThresholdBytes - 2));
        var above = Payload.From(new string('x', PayloadBlob.ThresholdBytes - 1));
        using var writer = new EventWriter();
        writer.Add(new InvocationEvent.StepSucceeded("a", 1, 1, atLimit));
        writer.Add(new InvocationEvent.StepSucceeded("b", 1, 1, above));
        var (events, count, payloads) = writer.Take();
        count.ShouldBe(2);
        payloads.Single().Bytes.Length.ShouldBe(PayloadBlob.ThresholdBytes + 1);
        InvocationEventCodec.References(events).ShouldBe([payloads[0].Hash]);
        var read = InvocationEventCodec.Read(events, _ => Payload.FromTrustedUtf8(payloads[0].Bytes));
        read[1].ShouldBe(new InvocationEvent.StepSucceeded("b", 1, 1, above));
    }

    [Fact]
    public void A_users_value_that_looks_like_a_reference_is_itself_kept_by_hash()
    {
        var forged = Payload.FromJson($$"""{"$payload":"{{new string('a', 64)}}"}""");
        using var writer = new EventWriter();
        writer.Add(new InvocationEvent.Completed(1, forged));
        var (events, _, payloads) = writer.Take();
        payloads.Length.ShouldBe(1);
        InvocationEventCodec.Read(events, _ => Payload.FromTrustedUtf8(payloads[0].Bytes))
            .ShouldBe([new InvocationEvent.Completed(1, forged)]);
    }

    private static Failure Done(string type, string message) =>
        Failure.Permanent(type, message) with { MayHaveHappened = true };
}
