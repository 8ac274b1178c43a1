namespace Bank.Grains;

/// <summary>A replica's place in its group.</summary>
/// <param name="PeerId">Who it is.</param>
/// <param name="Role">What it does.</param>
/// <param name="LeaderPeerId">Whom it follows; null while there is no leader.</param>
/// <param name="Term">The term of that leader.</param>
/// <param name="AppliedIndex">How far into the log its state reaches.</param>
[GenerateSerializer]
[Immutable]
[Alias("Bank.ReplicaStatus")]
public sealed record ReplicaStatus(
    [property: Id(0)] string PeerId,
    [property: Id(1)] string Role,
    [property: Id(2)] string? LeaderPeerId,
    [property: Id(3)] long Term,
    [property: Id(4)] long AppliedIndex)
{
    /// <summary>Whether this replica leads the group.</summary>
    public bool IsLeader => LeaderPeerId == PeerId;
}
