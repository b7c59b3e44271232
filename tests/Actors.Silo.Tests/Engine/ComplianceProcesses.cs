using System.Collections.Concurrent;
using Actors.Definitions;
using Actors.Silo.Embedded;

namespace Actors.Silo.Tests.Engine;

/// <summary>
/// The processes and the entity of <see cref="Compliance.IComplianceEngine"/>, for a real engine in memory.
/// </summary>
internal static class ComplianceProcesses
{
    private const string Named =
        """{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}""";

    /// <summary>Invocations whose step has failed once, on whichever silo.</summary>
    private static readonly ConcurrentDictionary<string, bool> s_broken = new(StringComparer.Ordinal);

    public static void AddTo(ActorsOptions engine)
    {
        engine.UseMemory()
            .AddHandler<Guest, Greeting>("greet", (guest, _) => new(new Greeting($"hello {guest.Name}")))
            .AddHandler<Payload, Payload>("break-once", (_, step) => s_broken.TryAdd(step.InvocationId.ToString(), true)
                ? throw new TerminalException("it broke", "broken")
                : new ValueTask<Payload>(Payload.Null))
            .AddEntity<Counter>("counter")
            .AddProcess(One("greet").InputSchema(Named).Step("only", s => s.Input("$.input").Call("greet"))
                .Output("$.steps.only.result").Build())
            .AddProcess(One("approve").Step("only", s => s.Wait("approval")).Output(Answer).Build())
            .AddProcess(One("keyed").Key("$.orderId").Step("only", s => s.Wait("approval")).Output(Answer).Build())
            .AddProcess(One("fragile").Step("only", s => s.Call("break-once")).Build());
    }

    private static Dictionary<string, string> Answer { get; } = new() { ["answer"] = "$.steps.only.result" };

    private static ProcessBuilder<System.Text.Json.JsonElement> One(string name) =>
        Process.Define<System.Text.Json.JsonElement>(name);

    internal sealed record Guest(string Name);

    internal sealed record Greeting(
        [property: System.Text.Json.Serialization.JsonPropertyName("greeting")] string Text);

    internal sealed class Counter : Entity<Counter.Count>
    {
        public int Add(int by) => State.Value + by >= 0
            ? State.Value += by
            : throw new TerminalException($"counter '{Id}' can't go below 0", "below-zero");

        internal sealed class Count
        {
            public int Value { get; set; }
        }
    }
}
