using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>Closes connections that carried no stream for <see cref="Libp2pOptions.IdleTimeout"/>, unless their peer is kept.</summary>
internal sealed class IdleWatch(SwarmContext swarm, ConnectionTable connections, Func<PeerId, bool> isKept)
{
    /// <summary>How many times it looks within one time-out: a connection stays at most a quarter too long.</summary>
    private const int LooksPerTimeout = 4;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(swarm.Options.IdleTimeout / LooksPerTimeout, swarm.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var connection in connections.Snapshot())
                Look(connection);
        }
    }

    private void Look(Libp2pConnection connection)
    {
        if (connection.StreamCount > 0 || isKept(connection.RemotePeer))
        {
            connection.IdleSince = swarm.Time.GetTimestamp();
        }
        else if (swarm.Time.GetElapsedTime(connection.IdleSince) >= swarm.Options.IdleTimeout)
        {
            Log.IdleConnectionClosed(swarm.Logger, connection.RemotePeer.ToShortString(), swarm.Options.IdleTimeout);
            connection.BeginClose(YamuxErrorCode.GarbageCollected);
        }
    }
}
