namespace Orleans.Replication.Transport;

/// <summary>
/// How replicas reach each other: everything that the Raft package does not want to know. It proves who is at the other end of a connection.
/// </summary>
internal interface IReplicationTransport : IAsyncDisposable
{
    /// <summary>
    /// Takes this silo's identity and opens its addresses. Does not wait for peers. <see cref="IAsyncDisposable.DisposeAsync"/> undoes it, also
    /// after a failure.
    /// </summary>
    /// <exception cref="ReplicationConfigurationException">The identity, an address or the list of peers cannot be used.</exception>
    Task<ReplicationEndpoints> StartAsync(CancellationToken cancellationToken);
}
