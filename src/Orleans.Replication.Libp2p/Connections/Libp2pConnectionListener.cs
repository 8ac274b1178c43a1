using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Connections;

/// <summary>
/// The inbound streams of one protocol, queued until they are accepted. Accepting never fails because of one of them:
/// <see langword="null"/> means that the listener is closed.
/// </summary>
internal sealed class Libp2pConnectionListener : IConnectionListener
{
    private readonly Libp2pHost _host;
    private readonly ProtocolEndPoint _endPoint;
    private readonly Channel<Libp2pConnectionContext> _queue;
    private readonly CancellationTokenRegistration _hostStopping;
    private int _closed;

    internal Libp2pConnectionListener(Libp2pHost host, ProtocolEndPoint endPoint, StreamHandlerOptions? options, int queueLength)
    {
        _host = host;
        _endPoint = endPoint;
        _queue = Channel.CreateBounded<Libp2pConnectionContext>(new BoundedChannelOptions(queueLength) { FullMode = BoundedChannelFullMode.Wait });
        _hostStopping = host.Stopping.UnsafeRegister(static state => ((Libp2pConnectionListener)state!).CloseQueue(), this);
        host.SetStreamHandler(endPoint.Protocol, HandleAsync, options);
    }

    /// <inheritdoc/>
    public EndPoint EndPoint => _endPoint;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            // One that ended while it waited is of no use to anybody.
            if (_queue.Reader.TryRead(out var context) && !context.ConnectionClosed.IsCancellationRequested)
                return context;
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;

        _host.RemoveStreamHandler(_endPoint.Protocol);
        CloseQueue();
        await _hostStopping.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync();

    /// <summary>Queues a stream and keeps it open until whoever accepted it has ended it.</summary>
    private async Task HandleAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        var context = new Libp2pConnectionContext(stream, _host.PeerId);
        if (!_queue.Writer.TryWrite(context))
        {
            _host.Swarm.Refusals.Add(_host.Swarm.Logger, RefusalReason.AcceptQueueLimit, stream.ToString());
            stream.Reset((uint)YamuxErrorCode.ResourceLimitExceeded);
            return;
        }

        using var registration = cancellationToken.UnsafeRegister(static state => ((Libp2pConnectionContext)state!).Abort(), context);
        await context.Ended.ConfigureAwait(false);
    }

    /// <summary>Ends accepting; what nobody accepted is reset.</summary>
    private void CloseQueue()
    {
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out var context))
            context.Abort();
    }
}
