namespace Orleans.Replication.Libp2p;

/// <summary>How a connection is secured. Each proves the identity of both ends and encrypts everything behind it.</summary>
public enum SecurityProtocol
{
    /// <summary><c>/noise</c>: Noise XX with X25519, ChaCha20-Poly1305 and SHA-256. Every libp2p implementation has it.</summary>
    Noise,

    /// <summary>
    /// <c>/tls/1.0.0</c>: TLS 1.3 with self-signed certificates that carry the peer's identity. Needs an operating system whose TLS 1.3 takes client
    /// certificates without a name: Linux with OpenSSL 1.1.1 or later.
    /// </summary>
    Tls,
}
