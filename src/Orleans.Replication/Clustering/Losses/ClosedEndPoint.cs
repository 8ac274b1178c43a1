using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Clustering.Losses;

/// <summary>Finds out whether anybody listens at an address.</summary>
internal static class ClosedEndPoint
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>True when the machine answers that nobody listens there. Silence is no answer.</summary>
    public static async Task<bool> RefusesAsync(IPEndPoint endPoint, TimeProvider time, CancellationToken cancellationToken)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(endPoint, either.Token).ConfigureAwait(false);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
