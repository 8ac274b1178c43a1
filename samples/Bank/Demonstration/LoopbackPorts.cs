using System.Net;
using System.Net.Sockets;

namespace Bank.Demonstration;

/// <summary>
/// Free ports on loopback, from below the range that the system gives to outgoing connections: nobody takes one while the silo it belongs to is down.
/// </summary>
internal static class LoopbackPorts
{
    public static int[] Take(int count)
    {
        var ports = new HashSet<int>();
        for (var attempt = 0; ports.Count < count; attempt++)
        {
            if (attempt > 10_000)
                throw new InvalidOperationException($"There are no {count} free ports on loopback.");
            var port = Random.Shared.Next(15_000, 32_000);
            if (!ports.Contains(port) && IsFree(port))
                ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
