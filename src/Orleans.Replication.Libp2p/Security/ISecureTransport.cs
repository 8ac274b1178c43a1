using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Security;

/// <summary>Secures connections under this peer's identity. One per host; safe for concurrent use.</summary>
internal interface ISecureTransport : IDisposable
{
    /// <summary>What multistream-select calls it.</summary>
    ProtocolId Id { get; }

    /// <summary>Secures a connection that this side dialled.</summary>
    /// <param name="raw">The connection; the result reads and writes through it, and it stays the caller's.</param>
    /// <param name="expected">The peer that was dialled, where it is known.</param>
    /// <param name="cancellationToken">Gives up; the connection is of no use then.</param>
    /// <exception cref="PeerIdMismatchException">Another peer answered.</exception>
    /// <exception cref="HandshakeFailedException">The handshake failed.</exception>
    ValueTask<SecureConnection> SecureOutboundAsync(IDuplexPipe raw, PeerId? expected, CancellationToken cancellationToken);

    /// <summary>Secures a connection that the other side dialled.</summary>
    /// <param name="raw">The connection; the result reads and writes through it, and it stays the caller's.</param>
    /// <param name="cancellationToken">Gives up; the connection is of no use then.</param>
    /// <exception cref="HandshakeFailedException">The handshake failed.</exception>
    ValueTask<SecureConnection> SecureInboundAsync(IDuplexPipe raw, CancellationToken cancellationToken);
}
