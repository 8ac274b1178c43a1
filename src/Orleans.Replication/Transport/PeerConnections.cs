using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>
/// Whether this silo is connected with the others that it replicates with. A connection with each of them is kept, and a process that ends closes all of its own at once: nobody knows sooner.
/// </summary>
internal sealed class PeerConnections
{
    private volatile KnownSilos? _silos;

    /// <summary>Raised when the last connection with one of them is gone. Handlers must not block.</summary>
    public event Action? Lost;

    /// <summary>With how many of them there is no connection now; 0 before the transport has started.</summary>
    public int Missing => _silos?.Missing ?? 0;

    /// <summary>The transport has started.</summary>
    public void Follow(Libp2pHost host, KnownSilos silos)
    {
        _silos = silos;
        host.PeerDisconnected += (_, lost) =>
        {
            if (silos.Contains(lost.Peer))
                Lost?.Invoke();
        };
    }
}
