namespace Actors.Silo.Api.Invocations;

/// <summary>How a start ended. The field names are stable, and those of <see cref="InvocationView"/>.</summary>
/// <param name="InvocationId">The id within its process.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Process">Name of the process.</param>
/// <param name="Created">False if the caller joined one that existed.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CorrelationId">Its correlation id.</param>
public sealed record StartAnswer(
    string InvocationId, string Tenant, string Process, bool Created, InvocationStatus Status, string CorrelationId)
{
    internal static StartAnswer From(StartResult started) => new(
        started.Id.Id, started.Id.Tenant, started.Id.Process, started.Created, started.Status, started.CorrelationId);
}
