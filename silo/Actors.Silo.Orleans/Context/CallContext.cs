using System.Diagnostics;
using Actors.Silo.Orleans.Messaging;
using Microsoft.Extensions.Logging;

namespace Actors.Silo.Orleans.Context;

/// <summary>
/// Carries correlation id, tenant and W3C trace context from silo to silo, on calls of ours: into the log's scope and
/// the span of the callee.
/// </summary>
internal sealed class CallContext(ILogger<CallContext> logger) : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    /// <summary>Names in the request context. Frozen: silos of two versions run side by side.</summary>
    public const string Correlation = "actors.correlation";

    /// <inheritdoc cref="Correlation"/>
    public const string Tenant = "actors.tenant";

    /// <inheritdoc cref="Correlation"/>
    public const string TraceParent = "actors.traceparent";

    private static readonly ActivitySource Source = new("Actors");

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (IsOurs(context))
        {
            if (EnvelopeOf(context)?.CorrelationId is { } correlation) RequestContext.Set(Correlation, correlation);
            if (TenantOf(context.TargetId) is { } tenant) RequestContext.Set(Tenant, tenant);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } trace })
                RequestContext.Set(TraceParent, trace);
        }

        await context.Invoke();
    }

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (!IsOurs(context))
        {
            await context.Invoke();
            return;
        }

        var correlation = RequestContext.Get(Correlation) as string;
        var tenant = RequestContext.Get(Tenant) as string;
        using var scope = correlation is null
            ? null
            : logger.BeginScope("CorrelationId:{CorrelationId} Tenant:{Tenant}", correlation, tenant);
        using var span = Source.HasListeners() &&
            ActivityContext.TryParse(RequestContext.Get(TraceParent) as string, null, isRemote: true, out var parent)
            ? Source.StartActivity("grain " + context.MethodName, ActivityKind.Server, parent)
            : null;
        span?.SetTag("actors.correlation", correlation);
        span?.SetTag("actors.tenant", tenant);
        await context.Invoke();
    }

    private static bool IsOurs(IGrainCallContext context) =>
        context.InterfaceMethod?.DeclaringType?.Assembly == typeof(CallContext).Assembly;

    private static Envelope? EnvelopeOf(IGrainCallContext context) =>
        context.Request.GetArgumentCount() > 0 ? context.Request.GetArgument(0) as Envelope : null;

    private static string? TenantOf(GrainId grain) =>
        GrainKey.TryParse(grain.Key.ToString(), out var key) ? key.Tenant : null;
}
