using System.Collections.Frozen;
using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Grains.Registry;
using Actors.Grains.Work;
using Actors.Silo.Orleans.Client;
using Actors.Silo.Orleans.Work;

namespace Actors.Silo.Orleans.Messaging;

/// <summary>
/// The names of messages on the wire. Frozen: silos of two versions run side by side during a rolling upgrade.
/// </summary>
internal static class MessageNames
{
    private static readonly (string Name, Type Type)[] All =
    [
        ("start", typeof(StartInvocation)),
        ("started", typeof(StartReply)),
        ("signal", typeof(SignalInvocation)),
        ("cancel", typeof(CancelInvocation)),
        ("pause", typeof(PauseInvocation)),
        ("resume", typeof(ResumeInvocation)),
        ("retry", typeof(RetryInvocation)),
        ("read", typeof(ReadInvocation)),
        ("await", typeof(AwaitInvocation)),
        ("invocation", typeof(InvocationReply)),
        ("explain", typeof(ExplainInvocation)),
        ("explanation", typeof(ExplanationReply)),
        ("child-ended", typeof(ChildEnded)),
        ("operation", typeof(CallOperation)),
        ("operation-result", typeof(OperationReply)),
        ("read-entity", typeof(ReadEntity)),
        ("entity-state", typeof(EntityStateReply)),
        ("register", typeof(RegisterDefinition)),
        ("read-registry", typeof(ReadRegistry)),
        ("registry", typeof(RegistryReply)),
        ("touch", typeof(Touch)),
        ("wake-up", typeof(WakeUp)),
        ("done", typeof(Done)),
        ("refused", typeof(Refused)),
        ("work", typeof(WorkItem)),
        ("work-key", typeof(WorkReference)),
        ("work-ended", typeof(WorkEnded)),
        ("work-refused", typeof(WorkRefused)),
        ("outcome", typeof(StepOutcome)),
        ("error", typeof(WireError)),
        ("client-start", typeof(ClientStart)),
        ("client-started", typeof(StartResult)),
        ("client-get", typeof(ClientGet)),
        ("client-wait", typeof(ClientWait)),
        ("client-view", typeof(InvocationView)),
        ("client-list", typeof(ClientList)),
        ("client-page", typeof(InvocationList)),
        ("client-signal", typeof(ClientSignal)),
        ("client-steer", typeof(ClientSteer)),
        ("client-history", typeof(ClientHistory)),
        ("client-events", typeof(HistoryPage)),
        ("client-grown", typeof(ClientGrown)),
        ("client-explain", typeof(ClientExplain)),
        ("client-explanation", typeof(Explanation)),
        ("client-operation", typeof(ClientOperation)),
        ("client-read-entity", typeof(ClientReadEntity)),
        ("client-processes", typeof(ClientProcesses)),
        ("client-process-list", typeof(ProcessList)),
        ("deploy", typeof(DeployDefinition)),
        ("read-deployed", typeof(ReadDeployed)),
        ("deployed", typeof(DeployedReply)),
        ("client-deploy", typeof(ClientDeploy)),
        ("client-process", typeof(ProcessView)),
        ("ask-position", typeof(AskPosition)),
        ("position", typeof(InvocationPosition)),
        ("client-position", typeof(ClientPosition)),
    ];

    private static readonly FrozenDictionary<string, Type> TypeByName =
        All.ToFrozenDictionary(m => m.Name, m => m.Type, StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, string> NameByType =
        All.ToFrozenDictionary(m => m.Type, m => m.Name);

    /// <summary>All names, as they were frozen.</summary>
    public static IEnumerable<string> Names => All.Select(m => m.Name);

    /// <exception cref="InvalidOperationException">Messages of that type do not travel.</exception>
    public static string Of(Type type) => NameByType.TryGetValue(type, out var name)
        ? name
        : throw new InvalidOperationException(
            $"{type.Name} has no name on the wire; give it one in {nameof(MessageNames)}");

    /// <exception cref="UnavailableException">The sender is of a version that knows more.</exception>
    public static Type TypeOf(string name) => TypeByName.TryGetValue(name, out var type)
        ? type
        : throw new UnavailableException(
            $"a silo sent message '{name}', which this version does not know; upgrade this silo");
}
