using System.Collections.Concurrent;
using System.Diagnostics;
using Shouldly;
using Process = Actors.Definitions.Process;

namespace Actors.Silo.Orleans.Tests.Cluster;

public sealed class TraceTests
{
    [Fact]
    public async Task A_trace_that_begins_at_a_client_goes_on_in_the_worker_on_whichever_silo_it_is()
    {
        var silos = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var spans = new ConcurrentDictionary<ActivitySpanId, Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Actors", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = span => spans[span.SpanId] = span,
        };
        ActivitySource.AddActivityListener(listener);
        await using var cluster = await RunningCluster.StartAsync(2, options => options
            .AddHandler<Payload, Payload>("work", (input, step) =>
            {
                silos[Activity.Current?.TraceId.ToHexString() ?? "none"] = true;
                return ValueTask.FromResult(input);
            })
            .AddProcess(Process.Define<Payload>("traced").Step("only", s => s.Call("work")).Build()));
        for (var i = 0; i < 10; i++)
        {
            using var client = new Activity("client").SetIdFormat(ActivityIdFormat.W3C).Start();
            client.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            var started = await cluster.Client.StartAsync(
                new StartRequest("traced") { Key = $"t-{i}", Tenant = "acme", CorrelationId = $"c-{i}" });
            await cluster.Client.WaitAsync(started.Id, TimeSpan.FromSeconds(20));

            silos.ShouldContainKey(client.TraceId.ToHexString());
            var step = spans.Values.Single(
                span => span.OperationName == "step" && span.TraceId == client.TraceId);
            Ancestors(step).ShouldContain(client.SpanId);
            spans.Values.ShouldContain(span =>
                span.TraceId == client.TraceId && span.OperationName.StartsWith("grain", StringComparison.Ordinal) &&
                (span.GetTagItem("actors.tenant") as string) == "acme" &&
                (span.GetTagItem("actors.correlation") as string) == $"c-{i}");
        }

        IEnumerable<ActivitySpanId> Ancestors(Activity span)
        {
            for (var next = span; next is not null; next = spans.GetValueOrDefault(next.ParentSpanId))
                yield return next.ParentSpanId;
        }
    }
}
