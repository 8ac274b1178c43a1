using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Tests.Silos;

/// <summary>Finds ports on loopback that nobody listens on.</summary>
internal static class FreePorts
{
    /// <summary>Takes some at once, so that they differ.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}
