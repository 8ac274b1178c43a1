using Orleans.Replication;

namespace Bank.Grains;

/// <summary>A branch that every silo holds: a call is served by the silo it arrives at.</summary>
[Replicated]
public sealed class BranchGrain([ReplicatedState("branch")] IReplicatedState<Branch> branch) : Grain, IBranchGrain
{
    /// <inheritdoc/>
    public ValueTask<TransferReply> Transfer(Transfer transfer) => branch.ApplyAsync(transfer);

    /// <inheritdoc/>
    public ValueTask<Branch> Read() => branch.ReadAsync();
}
