using System.Net.Sockets;
using System.Text;

namespace Actors.Silo.Tests.Api;

/// <summary>HTTP as it is typed, where a client library would put it right.</summary>
internal static class RawHttp
{
    public static Task<string> GetAsync(Uri address, string target) =>
        SendAsync(address, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    public static async Task<string> SendAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
