using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Nemesis.Processes;

/// <summary>
/// Ports on loopback for processes that are told their ports before they listen. They are taken from below the range that the system gives to
/// outgoing connections, so that none of those can take a port between the choice and its use, also while its process is down.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 15_000;
    private const int End = 32_000;

    /// <summary>So many ports that were free a moment ago, all different.</summary>
    public static int[] Take(int count)
    {
        var ports = new HashSet<int>();
        for (var attempt = 0; ports.Count < count; attempt++)
        {
            if (attempt > End - First)
                throw new InvalidOperationException($"No {count} free ports between {First} and {End} on loopback.");
            var port = Random.Shared.Next(First, End);
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
