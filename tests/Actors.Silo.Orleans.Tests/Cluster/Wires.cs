using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Orleans.TestingHost;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>The connections that silos of a test open to each other; each can be cut for one direction.</summary>
internal sealed class Wires
{
    private readonly ConcurrentDictionary<(int From, int To), bool> _cuts = new();
    private readonly ConcurrentDictionary<ConnectionContext, int> _open = new();

    /// <summary>Known as soon as they run; before nothing is cut.</summary>
    public InProcessTestCluster? Silos { get; set; }

    /// <summary>What becomes of the next call to an invocation; null: it is not hindered.</summary>
    public Func<Exception?>? Fault { get; set; }

    /// <summary>A silo calls a grain.</summary>
    public Task CallAsync(IOutgoingGrainCallContext call)
    {
        if (call.TargetId.Type.ToString() == "actors.invocation" && Fault?.Invoke() is { } fault) throw fault;
        return call.Invoke();
    }

    /// <summary>Whatever a silo has opened to another is closed, and opens no more.</summary>
    public void Cut(int from, int to)
    {
        _cuts[(from, to)] = true;
        foreach (var (connection, opener) in _open)
        {
            if (opener == from && IsCut(opener, connection)) connection.Abort();
        }
    }

    /// <summary>Cuts a silo off from all others, in both directions.</summary>
    public void Isolate(int silo)
    {
        for (var other = 0; other < Silos!.Silos.Count; other++)
        {
            if (other == silo) continue;
            Cut(silo, other);
            Cut(other, silo);
        }
    }

    /// <summary>A silo opens a connection.</summary>
    public async Task PassAsync(int from, ConnectionContext connection, ConnectionDelegate next)
    {
        if (IsCut(from, connection)) throw new ConnectionAbortedException("the wire is cut");
        _open[connection] = from;
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    }

    private bool IsCut(int from, ConnectionContext connection)
    {
        if (Silos is not { } cluster || _cuts.IsEmpty) return false;
        for (var to = 0; to < cluster.Silos.Count; to++)
        {
            if (!_cuts.ContainsKey((from, to))) continue;
            if (cluster.Silos[to].SiloAddress.Endpoint.Equals(connection.RemoteEndPoint)) return true;
        }

        return false;
    }
}
