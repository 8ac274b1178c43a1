using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Tests.Silos;

/// <summary>
/// Finds ports on loopback that nobody listens on, and that nobody takes before they are used: below those which the operating system gives to
/// outgoing connections (from 32768 on Linux, 49152 elsewhere), and never the same twice in a process.
/// </summary>
internal static class FreePorts
{
    private const int First = 10_000;
    private const int Range = 20_000;

    // Test processes that run at the same time begin at different places.
    private static int _next = Environment.ProcessId * 211;

    /// <summary>Takes some.</summary>
    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => TakeOne())];

    private static int TakeOne()
    {
        for (var attempt = 0; attempt < Range; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Range);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {First} to {First + Range - 1} is free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
