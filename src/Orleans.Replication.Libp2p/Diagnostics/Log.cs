using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Libp2p.Diagnostics;

/// <summary>Everything the host logs. Peer ids are short, payload never appears.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Peer {PeerId} listens on {Addresses}.")]
    internal static partial void Listening(ILogger logger, PeerId peerId, string addresses);

    [LoggerMessage(2, LogLevel.Information, "Peer {Peer} is connected ({Direction}, {Address}).")]
    internal static partial void PeerConnected(ILogger logger, string peer, ConnectionDirection direction, Multiaddr address);

    [LoggerMessage(3, LogLevel.Information, "Peer {Peer} is disconnected.")]
    internal static partial void PeerDisconnected(ILogger logger, string peer, Exception? error);

    [LoggerMessage(4, LogLevel.Warning, "Peer {Peer} cannot be reached; dialling goes on in the background.")]
    internal static partial void KeptPeerUnreachable(ILogger logger, string peer, Exception error);

    [LoggerMessage(5, LogLevel.Debug, "Peer {Peer} still cannot be reached; next attempt in {Delay}.")]
    internal static partial void KeptPeerStillUnreachable(ILogger logger, string peer, TimeSpan delay, Exception error);

    [LoggerMessage(6, LogLevel.Debug, "An inbound connection from {Remote} was not secured.")]
    internal static partial void InboundHandshakeFailed(ILogger logger, string remote, Exception error);

    [LoggerMessage(7, LogLevel.Warning, "Refused ({Reason}): {What}. {Unlogged} more of this kind were refused since the last such line.")]
    internal static partial void Refused(ILogger logger, RefusalReason reason, string what, int unlogged);

    [LoggerMessage(8, LogLevel.Debug, "A stream from {Peer} ended before its protocol was agreed on.")]
    internal static partial void InboundStreamNotNegotiated(ILogger logger, string peer, Exception error);

    [LoggerMessage(9, LogLevel.Debug, "The stream {Protocol} from {Peer} was cut.")]
    internal static partial void StreamEnded(ILogger logger, ProtocolId protocol, string peer, Exception error);

    [LoggerMessage(10, LogLevel.Warning, "The handler of {Protocol} failed; its stream from {Peer} was reset.")]
    internal static partial void StreamHandlerFailed(ILogger logger, ProtocolId protocol, string peer, Exception error);

    [LoggerMessage(11, LogLevel.Error, "A background task failed unexpectedly.")]
    internal static partial void BackgroundTaskFailed(ILogger logger, Exception error);

    [LoggerMessage(12, LogLevel.Warning, "Accepting connections on {Address} failed; it is tried again.")]
    internal static partial void AcceptFailed(ILogger logger, Multiaddr address, Exception error);

    [LoggerMessage(13, LogLevel.Error, "A subscriber of a peer event failed.")]
    internal static partial void EventSubscriberFailed(ILogger logger, Exception error);

    [LoggerMessage(15, LogLevel.Debug, "Peer {Peer} was not told what has changed here.")]
    internal static partial void PushFailed(ILogger logger, string peer, Exception error);

    [LoggerMessage(16, LogLevel.Debug, "Peer {Peer} did not describe itself.")]
    internal static partial void IdentifyFailed(ILogger logger, string peer, Exception error);

    [LoggerMessage(17, LogLevel.Debug, "Of two connections with {Peer}, made by dialling each other at once, the one not used is closed.")]
    internal static partial void RedundantConnectionClosed(ILogger logger, string peer);

    [LoggerMessage(14, LogLevel.Debug, "The connection with {Peer} is closed: no stream for {IdleTimeout}.")]
    internal static partial void IdleConnectionClosed(ILogger logger, string peer, TimeSpan idleTimeout);
}
