namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>Where the server listens, and by which certificate SslStream knows it.</summary>
internal sealed record TransportAddresses(int SocketPort, int SslStreamPort, string CertificateHash, string Libp2pAddress);
