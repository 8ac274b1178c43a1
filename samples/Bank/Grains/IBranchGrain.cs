using Orleans.Concurrency;

namespace Bank.Grains;

/// <summary>One branch of the bank: a few accounts, between which money moves. Each silo answers from its own replica.</summary>
[Alias("Bank.IBranchGrain")]
public interface IBranchGrain : IGrainWithIntegerKey
{
    /// <summary>Moves money between two accounts, exactly once.</summary>
    [Alias("Transfer")]
    ValueTask<TransferReply> Transfer(Transfer transfer);

    /// <summary>The whole branch, linearizably, as the replica of the answering silo has it.</summary>
    [ReadOnly]
    [Alias("Read")]
    ValueTask<Branch> Read();
}
