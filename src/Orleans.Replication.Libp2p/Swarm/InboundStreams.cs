using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Multistream;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>The inbound streams of one connection: agrees on their protocol, asks for permission, counts them, and runs their handlers.</summary>
internal sealed class InboundStreams(Libp2pConnection connection, SwarmContext swarm)
{
    /// <summary>What an initiator may send to a protocol that is not served before it is reset without having read the refusal.</summary>
    private const long MaxDiscardedBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Libp2pStream, RegisteredHandler> _served = [];

    /// <summary>Serves one stream to its end. Failures are the stream's own and end here.</summary>
    internal async Task ServeAsync(YamuxStream stream, CancellationToken cancellationToken)
    {
        try
        {
            var (protocol, handler) = await NegotiateAsync(stream, cancellationToken).ConfigureAwait(false);
            var served = new Libp2pStream(stream, connection, protocol, ConnectionDirection.Inbound);
            await ServeAsync(served, handler, cancellationToken).ConfigureAwait(false);
            await served.DisposeAsync().ConfigureAwait(false); // Counted out by now: whoever sees the end may open the next one.
        }
        catch (NegotiationFailedException error)
        {
            Log.InboundStreamNotNegotiated(swarm.Logger, connection.RemotePeer.ToShortString(), error);
            await LingerAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            Log.InboundStreamNotNegotiated(swarm.Logger, connection.RemotePeer.ToShortString(), error);
            stream.Reset((uint)YamuxErrorCode.NegotiationFailed);
        }
        finally
        {
            stream.Dispose();
        }
    }

    /// <summary>Resets the streams whose protocol is no longer served to the peer.</summary>
    internal void EnforcePermissions()
    {
        List<Libp2pStream> refused;
        lock (_lock)
            refused = [.. _served.Where(pair => !pair.Value.IsAllowed(connection.RemotePeer)).Select(pair => pair.Key)];
        foreach (var stream in refused)
            stream.Reset((uint)YamuxErrorCode.Gated);
    }

    private async Task<(ProtocolId Protocol, RegisteredHandler Handler)> NegotiateAsync(YamuxStream stream, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(swarm.Options.NegotiationTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        RegisteredHandler? handler = null;
        var protocol = await MultistreamSelect
            .AnswerAsync(stream, proposal => swarm.Handlers.TryGet(proposal, connection.RemotePeer, out handler), linked.Token).ConfigureAwait(false);
        return (protocol, handler!);
    }

    /// <summary>
    /// Lets the initiator read the refusal. One that opened the stream optimistically has sent data behind its proposal, which is no
    /// proposal; a reset at that point would overtake the "na" that tells it why.
    /// </summary>
    private async Task LingerAsync(YamuxStream stream, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(swarm.Options.NegotiationTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            stream.Output.Complete();
            for (var discarded = 0L; discarded <= MaxDiscardedBytes;)
            {
                var result = await stream.Input.ReadAsync(linked.Token).ConfigureAwait(false);
                discarded += result.Buffer.Length;
                stream.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // It has read the refusal and reset the stream, or never will.
        }

        stream.Reset((uint)YamuxErrorCode.NegotiationFailed);
    }

    private async Task ServeAsync(Libp2pStream stream, RegisteredHandler handler, CancellationToken cancellationToken)
    {
        if (!TryEnter(stream, handler))
        {
            swarm.Refusals.Add(swarm.Logger, RefusalReason.Stream, stream.ToString());
            stream.Reset((uint)YamuxErrorCode.ResourceLimitExceeded);
            return;
        }

        try
        {
            swarm.Metrics.StreamOpened(ConnectionDirection.Inbound, stream.Protocol);
            await handler.Handler(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            Log.StreamEnded(swarm.Logger, stream.Protocol, connection.RemotePeer.ToShortString(), error);
            stream.Reset((uint)YamuxErrorCode.Normal);
        }
#pragma warning disable CA1031 // A handler is foreign code: its failure ends its stream and nothing else.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.StreamHandlerFailed(swarm.Logger, stream.Protocol, connection.RemotePeer.ToShortString(), error);
            stream.Reset((uint)YamuxErrorCode.InternalError);
        }
        finally
        {
            Leave(stream, handler);
        }
    }

    private bool TryEnter(Libp2pStream stream, RegisteredHandler handler)
    {
        lock (_lock)
        {
            var here = handler.MaxStreamsPerConnection is null ? 0 : _served.Count(pair => pair.Value == handler);
            if (here >= (handler.MaxStreamsPerConnection ?? int.MaxValue) || !handler.TryEnter())
                return false;
            _served.Add(stream, handler);
        }

        // A permission withdrawn since the negotiation was enforced before this stream could be seen.
        if (handler.IsAllowed(connection.RemotePeer))
            return true;
        Leave(stream, handler);
        return false;
    }

    private void Leave(Libp2pStream stream, RegisteredHandler handler)
    {
        lock (_lock)
            _served.Remove(stream);
        handler.Leave();
    }
}
