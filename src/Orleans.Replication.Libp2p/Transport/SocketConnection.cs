using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Diagnostics;

namespace Orleans.Replication.Libp2p.Transport;

/// <summary>
/// A connected TCP socket as a pair of pipes: one receive per read into a large buffer, one send per flush. Socket errors come out as
/// <see cref="ConnectionResetException"/>.
/// </summary>
/// <remarks>Dispose of it only when nobody reads or writes any more: the buffers go back to the pool.</remarks>
internal sealed class SocketConnection : IDuplexPipe, IDisposable
{
    /// <summary>Holds a whole Noise frame of 65,537 bytes and most of the next.</summary>
    private const int ReceiveBufferBytes = 128 * 1024;

    /// <summary>Below this much free space the waiting bytes are moved to the front: a receive is never smaller.</summary>
    private const int MinReceiveBytes = 64 * 1024;
    private const int SendBufferBytes = 16 * 1024;

    private readonly Socket _socket;

    /// <param name="socket">The socket; it is this connection's from now on.</param>
    /// <param name="count">Counts what is moved.</param>
    internal SocketConnection(Socket socket, TransferCount? count = null)
    {
        _socket = socket;
        count ??= new TransferCount();
        Input = new Reader(socket, count);
        Output = new Writer(socket, count);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Closes the socket at once; pending reads and writes fail.</summary>
    internal void Abort() => _socket.Dispose();

    public void Dispose()
    {
        _socket.Dispose();
        Input.Complete();
        Output.Complete();
    }

    private static ConnectionResetException Lost(Exception error) => new("The TCP connection was lost.", error);

    private sealed class Reader(Socket socket, TransferCount transferred) : ContiguousPipeReader(ReceiveBufferBytes)
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        protected override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
        {
            try
            {
                var count = await socket.ReceiveAsync(GetFree(MinReceiveBytes), SocketFlags.None, cancellationToken).ConfigureAwait(false);
                if (count > 0)
                    Commit(count);
                transferred.AddReceived(count);
                return count > 0;
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                throw Lost(error);
            }
        }
    }

    private sealed class Writer(Socket socket, TransferCount transferred) : ContiguousPipeWriter(SendBufferBytes)
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            try
            {
                while (!bytes.IsEmpty)
                {
                    var count = await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                    transferred.AddSent(count);
                    bytes = bytes[count..];
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                throw Lost(error);
            }
        }
    }
}
