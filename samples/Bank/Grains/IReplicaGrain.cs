namespace Bank.Grains;

/// <summary>Speaks for the replica of the silo that answers.</summary>
[Alias("Bank.IReplicaGrain")]
public interface IReplicaGrain : IGrainWithIntegerKey
{
    /// <summary>What this replica knows now.</summary>
    [Alias("GetStatus")]
    ValueTask<ReplicaStatus> GetStatus();
}
