namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>What carries the bytes.</summary>
internal enum TransportKind
{
    /// <summary>A TCP socket and nothing else: what the machine can do.</summary>
    Socket,

    /// <summary>A TCP connection with the platform's own TLS 1.3: the yardstick.</summary>
    SslStream,

    /// <summary>A stream of this project's libp2p host over Noise.</summary>
    Noise,

    /// <summary>A stream of this project's libp2p host over TLS.</summary>
    Tls,

    /// <summary>A stream between two js-libp2p nodes over Noise.</summary>
    JsLibp2p,
}
