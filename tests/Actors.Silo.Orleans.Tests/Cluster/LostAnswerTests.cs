using System.Net.Sockets;
using Actors.Definitions;
using Microsoft.AspNetCore.Connections;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>
/// Orleans rejects a call with the very exception that it met on the way to the grain: while a silo is declared dead
/// that may be any. To callers each is the same: the answer was lost (HTTP 503), not a defect (500).
/// </summary>
public sealed class LostAnswerTests : IAsyncLifetime
{
    private static readonly Exception[] Faults =
    [
        new SiloUnavailableException("gone"), new OrleansException("no place"),
        new TimeoutException("late"), new ObjectDisposedException("connection"),
        new OperationCanceledException("shutting down"), new ConnectionAbortedException("aborted"),
        new SocketException((int)SocketError.ConnectionReset), new IOException("broken"),
        new InvalidOperationException("the directory has moved"), new ArgumentException("an address of nobody"),
        new KeyNotFoundException("no such placement"), new NullReferenceException(),
    ];

    private RunningCluster? _cluster;

    private RunningCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await RunningCluster.StartAsync(1, options => options
        .AddHandler<Payload, Payload>("echo", (input, _) => ValueTask.FromResult(input))
        .AddProcess(Process.Define<Payload>("short").Step("only", s => s.Call("echo")).Build()));

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task Whatever_befalls_a_call_on_its_way_is_a_lost_answer_and_what_may_be_repeated_is()
    {
        var started = await Cluster.ClientOf(0).StartAsync(new StartRequest("short"));
        foreach (var fault in Faults)
        {
            Cluster.Wires.Fault = () => fault;
            var lost = await Should.ThrowAsync<UnavailableException>(
                () => Cluster.ClientOf(0).StartAsync(new StartRequest("short")), fault.GetType().Name);
            lost.InnerException.ShouldBeSameAs(fault);
            await Should.ThrowAsync<UnavailableException>(
                () => Cluster.Client.SignalAsync(started.Id, "go"), fault.GetType().Name);

            var left = 2;
            Cluster.Wires.Fault = () => Interlocked.Decrement(ref left) >= 0 ? fault : null;
            (await Cluster.ClientOf(0).GetAsync(started.Id)).Id.ShouldBe(started.Id, fault.GetType().Name);
        }
    }

    [Fact]
    public async Task A_cancellation_that_the_caller_asked_for_is_no_loss()
    {
        using var cancelled = new CancellationTokenSource();
        Cluster.Wires.Fault = () =>
        {
            cancelled.Cancel();
            return new OperationCanceledException(cancelled.Token);
        };
        await Should.ThrowAsync<OperationCanceledException>(
            () => Cluster.ClientOf(0).StartAsync(new StartRequest("short"), cancelled.Token));
    }
}
