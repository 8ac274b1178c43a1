using Orleans.Replication;

namespace Bank.Grains;

/// <summary>Replicated like the branches, so that a call is answered by the silo it arrives at.</summary>
[Replicated]
public sealed class ReplicaGrain(IReplicationHost host) : Grain, IReplicaGrain
{
    /// <inheritdoc/>
    public ValueTask<ReplicaStatus> GetStatus()
    {
        var status = host.GetGroup(ReplicationGroups.Default).GetStatus();
        return new(new ReplicaStatus(host.PeerId, status.Role.ToString(), status.Leader, status.Term, status.AppliedIndex));
    }
}
