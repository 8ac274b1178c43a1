namespace Orleans.Replication.Libp2p;

/// <summary>Serves one inbound stream. The stream is disposed of when the returned task ends, and reset when it fails.</summary>
/// <param name="stream">The stream, its protocol agreed on.</param>
/// <param name="cancellationToken">Cancelled when the connection is lost or the host stops; the handler ends then.</param>
public delegate Task StreamHandler(Libp2pStream stream, CancellationToken cancellationToken);
