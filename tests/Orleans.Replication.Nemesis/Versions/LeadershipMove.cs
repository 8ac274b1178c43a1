using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Workloads;

namespace Orleans.Replication.Nemesis.Versions;

/// <summary>Has a silo of the test's choice lead.</summary>
internal static class LeadershipMove
{
    /// <summary>Has leadership handed to a silo, as often as it takes, and waits until all follow it.</summary>
    public static async Task MoveLeadershipAsync(this KeyValueCluster cluster, KeyValueSilo to, CancellationToken cancellationToken)
    {
        while (await cluster.WaitForLeaderAsync(cancellationToken) is var leader && leader != to)
        {
            // Refused while it is behind, which it is for moments under load.
            await leader.Client.TransferLeadershipAsync(to.PeerId, cancellationToken);
            await Patiently.PauseAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
