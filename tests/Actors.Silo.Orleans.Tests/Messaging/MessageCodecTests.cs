using Actors.Core.Invocations;
using Actors.Definitions;
using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Grains.Work;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Messaging;

public sealed class MessageCodecTests
{
    private static readonly InvocationId Invocation = new("acme", "order", "o/1");
    private static readonly WorkKey Key = new(Invocation, 2, "pack", 0, true, 3);

    private static readonly Serializer Wire =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    public static TheoryData<string, object> Messages => new()
    {
        { "start", new StartInvocation(
            "hash", Payload.FromJson("""{"a":1.50}"""), "c-1", StartPolicy.Replace,
            new ParentStep(Invocation, 1, new StepRef("each", 0), 2), "00-1-2-01") },
        { "started", new StartReply(true, InvocationStatus.Running, "c-1") },
        { "signal", new SignalInvocation("go", null, Payload.Null) },
        { "child-ended", new ChildEnded(1, new StepRef("each", 0), 1, Payload.Null, null) },
        { "outcome", new StepOutcome(Key, null, Failure.Permanent("broken", "it broke")) { NotBegun = true } },
        { "operation", new CallOperation("add", Payload.FromJson("5"), "o-1", null) },
        { "entity-state", new EntityStateReply(null) },
        { "refused", new Refused(Failure.Transient("overloaded", "later")) },
        { "touch", new Touch() },
        { "ask-position", new AskPosition() },
        { "position", new InvocationPosition(7, true) },
        { "done", Done.Instance },
    };

    public static TheoryData<string> Actions => [.. WorkActions.Keys];

    private static Dictionary<string, WorkAction> WorkActions { get; } = new()
    {
        ["handler"] = new WorkAction.Handler("charge"),
        ["http"] = new WorkAction.Http(
            new StepAction.Http
            {
                Method = "POST", Url = "shop/orders", Success = [201], Response = new Template("\"$.x\""),
            },
            null, "orders", [KeyValuePair.Create("Accept", "secret:KEY")], Payload.FromJson("[1]")),
        ["emit"] = new WorkAction.Emit("sold", Payload.FromJson("{}")),
        ["entity"] = new WorkAction.Entity(new EntityId("stock", "a"), "take"),
        ["simulate"] = new WorkAction.Simulate(
            new StepAction.Simulate(TimeSpan.FromMilliseconds(5), DurationDistribution.Uniform, 0.5)),
        ["stages"] = new WorkAction.Stages([new PureStage("a", "b", 2, "k")]),
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_arrives_as_it_was_sent_under_its_name(string name, object message)
    {
        var envelope = MessageCodec.Write(message);
        envelope.Name.ShouldBe(name);
        var arrived = MessageCodec.Read<object>(OverTheWire(envelope));
        arrived.ShouldBeOfType(message.GetType());
        MessageCodec.Write(arrived).Json.ShouldBe(envelope.Json);
        if (message is not StepOutcome) arrived.ShouldBe(message);
    }

    [Theory]
    [MemberData(nameof(Actions))]
    public void Work_of_every_kind_arrives_as_it_was_sent(string kind)
    {
        var work = new WorkItem(
            Key, WorkActions[kind], Payload.FromJson("1"), "key", "c-1", TimeSpan.FromMinutes(1), ["402"])
        {
            Limit = new StepLimit("cards", 2, 1.5),
            TraceParent = "00-1-2-01",
            StepTime = new StepTime(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(3)),
        };
        var envelope = MessageCodec.Write(work);
        envelope.CorrelationId.ShouldBe("c-1");
        var arrived = MessageCodec.Read<WorkItem>(OverTheWire(envelope));
        arrived.Key.ShouldBe(Key);
        arrived.Action.ShouldBeOfType(work.Action.GetType());
        arrived.Limit.ShouldBe(work.Limit);
        arrived.StepTime!.Left.ShouldBeInRange(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
        MessageCodec.Write(arrived with { StepTime = work.StepTime }).Json.ShouldBe(envelope.Json);
        if (arrived.Action is WorkAction.Http { Spec: var spec })
            spec.Response.ShouldBe(((WorkAction.Http)work.Action).Spec.Response);
    }

    [Fact]
    public void Whoever_has_an_attempt_in_hand_uses_up_its_time_and_wires_do_not()
    {
        var time = new StepTime(TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var work = new WorkItem(
            Key, WorkActions["handler"], Payload.Null, "key", "c-1", TimeSpan.FromMinutes(1), []) { StepTime = time };
        var envelope = MessageCodec.Write(work.TimedNow(TimeProvider.System));
        envelope.Age += TimeSpan.FromMinutes(10);
        var next = OverTheWire(envelope);
        next.Age += TimeSpan.FromMinutes(20);

        var left = MessageCodec.Read<WorkItem>(OverTheWire(next)).StepTime!.LeftNow(TimeProvider.System);

        left.ShouldBeInRange(TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
    }

    [Fact]
    public void That_an_effect_may_have_happened_is_said_across_silos()
    {
        var failure = Failure.Permanent("response-too-large", "too much") with { MayHaveHappened = true };
        Arrived(new StepOutcome(Key, null, failure)).Failure.ShouldBe(failure);
    }

    [Fact]
    public void Within_a_silo_it_is_the_message_itself_that_arrives()
    {
        var message = new StartReply(true, InvocationStatus.Running, "c-1");
        MessageCodec.Read<StartReply>(MessageCodec.Write(message)).ShouldBeSameAs(message);
        var copier = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<DeepCopier>();
        var envelope = MessageCodec.Write(message);
        copier.Copy(envelope).ShouldBeSameAs(envelope);
    }

    [Fact]
    public void No_result_and_a_result_of_null_are_not_the_same()
    {
        var none = Arrived(new StepOutcome(Key, null, null));
        var isNull = Arrived(new StepOutcome(Key, Payload.Null, null));
        none.Result.ShouldBeNull();
        isNull.Result.ShouldBe(Payload.Null);
    }

    [Fact]
    public void Names_on_the_wire_are_frozen() => string.Join(' ', MessageNames.Names).ShouldBe(
        "start started signal cancel pause resume retry read await invocation explain explanation child-ended " +
        "operation operation-result read-entity entity-state register read-registry registry touch wake-up done " +
        "refused work work-key work-ended work-refused outcome error client-start client-started client-get " +
        "client-wait client-view client-list client-page client-signal client-steer client-history client-events " +
        "client-grown " +
        "client-explain client-explanation client-operation client-read-entity client-processes client-process-list " +
        "deploy read-deployed deployed client-deploy client-process ask-position position client-position");

    [Fact]
    public void A_message_of_another_version_is_refused_by_name() =>
        Should.Throw<UnavailableException>(() => MessageCodec.Read<object>(new Envelope { Name = "teleport" }))
            .Message.ShouldContain("'teleport'");

    [Theory]
    [InlineData("not-found", typeof(NotFoundException))]
    [InlineData("overloaded", typeof(OverloadedException))]
    [InlineData("unavailable", typeof(UnavailableException))]
    [InlineData("store-full", typeof(Actors.Journal.StoreFullException))]
    [InlineData("below-zero", typeof(TerminalException))]
    [InlineData("internal", typeof(DefectException))]
    public void An_error_becomes_the_exception_it_was(string type, Type exception) =>
        new WireError(type, "why", type == "below-zero").ToException().ShouldBeOfType(exception);

    [Fact]
    public void A_silo_that_ends_is_unavailable_and_one_with_a_defect_says_so()
    {
        Exception[] ends =
        [
            new ObjectDisposedException("services"), new OperationCanceledException(), new TimeoutException(),
            new SiloUnavailableException(),
        ];
        foreach (var end in ends) WireError.Of(end).ToException().ShouldBeOfType<UnavailableException>();
        WireError.Of(new InvalidOperationException("why")).ToException().ShouldBeOfType<DefectException>()
            .Message.ShouldContain("why");
    }

    private static Envelope OverTheWire(Envelope envelope)
    {
        var arrived = Wire.Deserialize<Envelope>(Wire.SerializeToArray(envelope)).ShouldNotBeNull();
        arrived.Message.ShouldBeNull();
        arrived.Name.ShouldBe(envelope.Name);
        arrived.CorrelationId.ShouldBe(envelope.CorrelationId);
        return arrived;
    }

    private static StepOutcome Arrived(StepOutcome outcome) =>
        MessageCodec.Read<StepOutcome>(OverTheWire(MessageCodec.Write(outcome)));
}
