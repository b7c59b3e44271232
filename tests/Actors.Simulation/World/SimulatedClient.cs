using System.Runtime.CompilerServices;
using Actors.Simulation.Faults;
using Actors.Simulation.Network;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.World;

/// <summary>
/// A client in a process of its own. Each call goes over the network to some silo, and is answered by the engine's own
/// client there; what gets lost on the way ends in <see cref="UnavailableException"/> after 5 s: it may have been done.
/// </summary>
internal sealed class SimulatedClient(SimulatedWorld world, SimulatedNode node) : IActorsClient, IHostPlace
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public SimulatedNode? Listener => node;

    public Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default) =>
        AskAsync("start", client => client.StartAsync(request, cancellationToken));

    public Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        AskAsync("get", client => client.GetAsync(id, cancellationToken));

    public Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default) =>
        AskAsync("list", client => client.ListAsync(filter, cancellationToken));

    public Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var most = timeout ?? TimeSpan.FromMinutes(1);
        return AskAsync("wait", client => client.WaitAsync(id, most, cancellationToken), most + Patience);
    }

    public Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default) =>
        TellAsync("signal", client => client.SignalAsync(id, signal, payload, signalId, cancellationToken));

    public Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default) =>
        TellAsync("cancel", client => client.CancelAsync(id, reason, cancellationToken));

    public Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        TellAsync("pause", client => client.PauseAsync(id, cancellationToken));

    public Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        TellAsync("resume", client => client.ResumeAsync(id, cancellationToken));

    public Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        TellAsync("retry", client => client.RetryAsync(id, cancellationToken));

    public Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default) =>
        AskAsync("history", client => client.HistoryAsync(id, after, countMax, cancellationToken));

    public Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        AskAsync("explain", client => client.ExplainAsync(id, cancellationToken));

    /// <summary>One connection: who wants to go on when it breaks asks for what is behind.</summary>
    /// <exception cref="UnavailableException">It broke.</exception>
    public async IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (world.SilosUp is not { Count: > 0 } up) throw new UnavailableException("no silo is up");
        var silo = world.Faults.Random.Pick(up);
        var stream = new EventStream(world, node);
        try
        {
            world.Network.Send(node, this, silo, "watch", there => Serve(silo, there, id, after, stream));
            while (await stream.NextAsync() is { } e) yield return e;
        }
        finally
        {
            stream.Close();
        }
    }

    public Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default) =>
        AskAsync("operation", client => client.CallEntityAsync(id, operation, input, operationId, cancellationToken));

    public Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default) =>
        AskAsync("get entity", client => client.GetEntityAsync(id, cancellationToken));

    public Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default) =>
        AskAsync("processes", client => client.ListProcessesAsync(cancellationToken));

    public Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default) =>
        AskAsync("deploy", client => client.DeployAsync(definition, cancellationToken));

    private async void Serve(
        SimulatedSilo silo, SimulatedNode there, InvocationId id, long after, EventStream stream)
    {
        stream.Accept(there);
        there.Watches++;
        var number = 0L;
        try
        {
            // Without a token: who waits for a semaphore with one goes on on the thread pool.
            await foreach (var e in silo.Engine.Client.WatchAsync(id, after))
            {
                if (stream.IsClosed) return;
                var at = number++;
                world.Network.Send(there, silo, this, "event", _ => stream.Arrive(at, e));
            }

            world.Network.Send(there, silo, this, "watched", _ => stream.Arrive(number, null));
        }
        catch (Exception e)
        {
            world.Network.Send(there, silo, this, "refusal", _ => stream.Break(e));
        }
        finally
        {
            there.Watches--;
        }
    }

    private Task TellAsync(string what, Func<IActorsClient, Task> tell) => AskAsync(what, async client =>
    {
        await tell(client);
        return true;
    });

    private async Task<T> AskAsync<T>(string what, Func<IActorsClient, Task<T>> ask, TimeSpan? patience = null)
    {
        if (world.SilosUp is not { Count: > 0 } up)
        {
            await node.DelayAsync(Pause);
            throw new UnavailableException("no silo is up");
        }

        var silo = world.Faults.Random.Pick(up);
        var answer = new TaskCompletionSource<T>();
        using var timer = node.Time.CreateTimer(
            _ => answer.TrySetException(new UnavailableException($"no answer to '{what}': it may have been done")),
            null, patience ?? Patience, Timeout.InfiniteTimeSpan);
        world.Network.Send(node, this, silo, what, there => Serve(silo, there, ask, answer));
        return await answer.Task;
    }

    private async void Serve<T>(
        SimulatedSilo silo, SimulatedNode there, Func<IActorsClient, Task<T>> ask, TaskCompletionSource<T> answer)
    {
        try
        {
            var reply = await ask(silo.Engine.Client);
            if (world.Faults.Cross(Boundary.ClientAnswered, there)) return;
            world.Network.Send(there, silo, this, "answer", _ => answer.TrySetResult(reply));
        }
        catch (Exception e)
        {
            world.Network.Send(there, silo, this, "refusal", _ => answer.TrySetException(e));
        }
    }
}
