using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>
/// A TCP proxy on loopback: a cable between a silo and its database that can be pulled and plugged in.
/// </summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly Task _running;
    private volatile TaskCompletionSource _isPlugged = new();
    private volatile bool _refuses;

    /// <param name="target">Port of loopback that it leads to.</param>
    public Cable(int target)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target);
        _isPlugged.SetResult();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>
    /// Nothing gets through, and nobody is told: what is on its way arrives once it is plugged in again, as TCP does
    /// it for as long as neither side gives up.
    /// </summary>
    public void Pull() => _isPlugged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Resets all connections, and takes no more.</summary>
    public void Break()
    {
        _refuses = true;
        foreach (var socket in _sockets.Keys) Close(socket);
    }

    /// <summary>As before.</summary>
    public void Mend()
    {
        _refuses = false;
        _isPlugged.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Break();
        Mend();
        await _running;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                var near = await _listener.AcceptAsync();
                if (_refuses) near.Close(0);
                else _ = ConnectAsync(near);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        (_sockets[near], _sockets[far]) = (true, true);
        try
        {
            await _isPlugged.Task;
            await far.ConnectAsync(_target);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The database is away, or it was broken meanwhile.
        }

        Close(near);
        Close(far);
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                await _isPlugged.Task;
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }

            await _isPlugged.Task;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was broken, or one side is gone.
        }
    }

    private void Close(Socket socket)
    {
        _sockets.TryRemove(socket, out _);
        // At once, with a reset.
        socket.Close(0);
    }
}
