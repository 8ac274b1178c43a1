using Orleans.Transactions;

namespace Orleans.Replication.Transactions.Provider;

/// <summary>What is kept of a prepared transaction beside its state. Part of the state on disk.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.PreparedTransaction")]
internal sealed record PreparedTransaction(
    [property: Id(0)] string TransactionId, [property: Id(1)] DateTime TimeStamp, [property: Id(2)] ParticipantId TransactionManager);
