using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>A condition of a transaction that did not hold.</summary>
/// <param name="Grain">The grain whose state it is about.</param>
/// <param name="StateName">The state's name.</param>
/// <param name="ExpectedVersion">The version that was required, 0 for a state that must not exist; null when it had to exist with whatever version.</param>
/// <param name="ActualVersion">The version that the state had when the transaction came to its turn; 0 when it did not exist.</param>
[GenerateSerializer, Immutable]
[Alias("Orleans.Replication.TransactionConflict")]
public sealed record TransactionConflict(
    [property: Id(0)] GrainId Grain,
    [property: Id(1)] string StateName,
    [property: Id(2)] long? ExpectedVersion,
    [property: Id(3)] long ActualVersion);
