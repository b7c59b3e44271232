using System.Collections.Concurrent;
using System.Diagnostics;
using Actors.Silo.Orleans.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Process = Actors.Definitions.Process;

namespace Actors.Silo.Orleans.Tests.Cluster;

public sealed class TraceTests
{
    private const int RunsMax = 200;

    [Fact]
    public async Task A_trace_that_begins_at_a_client_goes_on_in_a_worker_on_another_silo_than_that_of_the_grain()
    {
        var attempts = new ConcurrentDictionary<InvocationId, Attempt>();
        var spans = new ConcurrentDictionary<ActivitySpanId, Activity>();
        using var listener = Listen(spans);
        await using var cluster = await RunningCluster.StartAsync(2, options => options
            .AddHandler<Payload, Payload>("work", (input, step) =>
            {
                var here = step.Services.GetRequiredService<ClusterSilo>();
                attempts[step.InvocationId] = new Attempt(
                    here.Shells.Find(step.InvocationId.Key) is null, Activity.Current?.TraceId, step.CorrelationId,
                    step.InvocationId.Tenant);
                return ValueTask.FromResult(input);
            })
            .AddProcess(Process.Define<Payload>("traced").Step("only", s => s.Call("work")).Build()));

        // Half of the attempts go to the other silo, whichever way they go.
        var away = 0;
        for (var i = 0; away < 3; i++)
        {
            i.ShouldBeLessThan(RunsMax, "every attempt has run on the silo of its grain");
            using var client = new Activity("client").SetIdFormat(ActivityIdFormat.W3C).Start();
            client.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            var started = await cluster.Client.StartAsync(
                new StartRequest("traced") { Key = $"t-{i}", Tenant = "acme", CorrelationId = $"c-{i}" });
            await cluster.Client.WaitAsync(started.Id, TimeSpan.FromSeconds(20));

            var attempt = attempts[started.Id];
            if (attempt.IsAway) away++;
            (attempt.Trace, attempt.Correlation, attempt.Tenant).ShouldBe((client.TraceId, $"c-{i}", "acme"));
            var step = spans.Values.Single(
                span => span.OperationName == "step" && span.TraceId == client.TraceId);
            Ancestors(step, spans).ShouldContain(client.SpanId);
            spans.Values.ShouldContain(span =>
                span.TraceId == client.TraceId && span.OperationName.StartsWith("grain", StringComparison.Ordinal) &&
                (span.GetTagItem("actors.tenant") as string) == "acme" &&
                (span.GetTagItem("actors.correlation") as string) == $"c-{i}");
        }
    }

    private static ActivityListener Listen(ConcurrentDictionary<ActivitySpanId, Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Actors", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = span => spans[span.SpanId] = span,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static IEnumerable<ActivitySpanId> Ancestors(
        Activity span, ConcurrentDictionary<ActivitySpanId, Activity> spans)
    {
        for (var next = span; next is not null; next = spans.GetValueOrDefault(next.ParentSpanId))
            yield return next.ParentSpanId;
    }

    /// <param name="IsAway">Whether its grain, which is in memory as long as it runs, is not on its silo.</param>
    /// <param name="Trace">Its W3C trace.</param>
    /// <param name="Correlation">Its correlation id.</param>
    /// <param name="Tenant">Its tenant.</param>
    private sealed record Attempt(bool IsAway, ActivityTraceId? Trace, string Correlation, string Tenant);
}
