using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// Two peers that dial each other at once get two connections. Both sides come to the same choice which one is used from then on: the one that the
/// peer with the greater id dialled. The other one is closed by its dialler alone, and only when it has been without a stream for a while: were both sides
/// to close a connection at once, each might close another one, or cut a stream that the other side has just opened.
/// </summary>
internal sealed class SimultaneousDials(SwarmContext swarm, ConnectionTable connections, PeerId self)
{
    /// <summary>How often it looks within the grace period.</summary>
    private const int LooksPerGrace = 4;

    /// <summary>Looks for a pair when a connection was added.</summary>
    internal void OnAdded(Libp2pConnection added)
    {
        foreach (var other in connections.With(added.RemotePeer))
        {
            if (other.Direction == added.Direction || other.IsRedundant || other.Closed.IsCancellationRequested || !CameTogether(added, other))
                continue;

            var (redundant, used) = self > added.RemotePeer == (added.Direction == ConnectionDirection.Outbound) ? (other, added) : (added, other);
            redundant.IsRedundant = true;
            if (redundant.Direction == ConnectionDirection.Outbound)
                redundant.Background.Run(() => CloseWhenUnusedAsync(redundant, used));
            return;
        }
    }

    /// <summary>A connection that is older than any handshake may lead to an earlier process of the peer; it is no partner of a new one.</summary>
    private bool CameTogether(Libp2pConnection first, Libp2pConnection second)
    {
        var apart = swarm.Time.GetElapsedTime(first.OpenedTimestamp, second.OpenedTimestamp).Duration();
        return apart <= swarm.Options.HandshakeTimeout;
    }

    private async Task CloseWhenUnusedAsync(Libp2pConnection redundant, Libp2pConnection used)
    {
        using var timer = new PeriodicTimer(swarm.Options.RedundantConnectionGrace / LooksPerGrace, swarm.Time);
        var unusedSince = swarm.Time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(redundant.Closed).ConfigureAwait(false))
        {
            if (used.Closed.IsCancellationRequested)
            {
                redundant.IsRedundant = false; // It is needed after all.
                return;
            }

            if (redundant.StreamCount > 0)
                unusedSince = swarm.Time.GetTimestamp();
            if (swarm.Time.GetElapsedTime(unusedSince) < swarm.Options.RedundantConnectionGrace)
                continue;

            Log.RedundantConnectionClosed(swarm.Logger, redundant.RemotePeer.ToShortString());
            redundant.BeginClose(YamuxErrorCode.Supplanted);
            return;
        }
    }
}
