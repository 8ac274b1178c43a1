using System.Collections.Concurrent;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>Says what of strangers is worth a line in the log: one for each peer and outcome, and for a bounded number of peers, so that they make no log grow.</summary>
internal sealed class PeerNotices
{
    private const int MaxPeers = 1024;

    private readonly ConcurrentDictionary<PeerId, bool> _logged = new();

    /// <summary>True when the peer has not had this outcome just before.</summary>
    public bool FirstTime(PeerId peer, bool isRefused)
    {
        if (_logged.TryGetValue(peer, out var wasRefused) ? wasRefused == isRefused : _logged.Count >= MaxPeers)
            return false;
        _logged[peer] = isRefused;
        return true;
    }
}
