using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Security;

/// <summary>
/// A connection whose other end has proven its identity. What is written is gathered; a flush encrypts all of it and sends it at once.
/// </summary>
/// <remarks>Each direction is for one user at a time. Dispose of it when both have ended; the raw connection stays the caller's.</remarks>
/// <param name="remotePublicKey">The identity key that the other side proved to hold.</param>
/// <param name="earlyMuxer">What the handshake agreed on for what follows; null when that is left to multistream-select.</param>
internal abstract class SecureConnection(PublicKey remotePublicKey, ProtocolId? earlyMuxer) : IDuplexPipe, IDisposable
{
    public abstract PipeReader Input { get; }

    public abstract PipeWriter Output { get; }

    /// <summary>The identity key that the other side proved to hold.</summary>
    internal PublicKey RemotePublicKey { get; } = remotePublicKey;

    /// <summary>The multiplexer that the handshake agreed on; null when that is left to multistream-select.</summary>
    internal ProtocolId? EarlyMuxer { get; } = earlyMuxer;

    public abstract void Dispose();
}
