using System.Net.Sockets;

namespace Actors.Client.Http;

/// <summary>Tells what a connection that was lost looks like.</summary>
internal static class ConnectionLoss
{
    /// <summary>
    /// Whether an exception is that of a connection which did not come about, broke, or took longer than the
    /// <see cref="HttpClient"/> waits. The socket's own exception comes through where a connection is lost between
    /// coming about and being used for the first time. A cancellation counts: the caller knows of its own.
    /// </summary>
    public static bool Is(Exception e) =>
        e is HttpRequestException or IOException or SocketException or OperationCanceledException;
}
