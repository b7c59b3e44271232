namespace Actors.Client.Http;

/// <summary>The silo's answer to a start.</summary>
internal sealed record StartAnswer(
    string InvocationId, string Tenant, string Process, bool Created, InvocationStatus Status, string CorrelationId)
{
    public StartResult ToResult() =>
        new(new InvocationId(Tenant, Process, InvocationId), Created, Status, CorrelationId);
}
