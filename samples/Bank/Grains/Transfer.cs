using Orleans.Replication;

namespace Bank.Grains;

/// <summary>
/// The replicated operation of this sample: what goes into the log and runs on every replica. It does not guard against running twice; that it
/// never does is what the audit shows.
/// </summary>
/// <param name="Desk">Which of the branch's desks took the order.</param>
/// <param name="Number">The order's number at that desk, never used twice.</param>
/// <param name="From">The account that pays.</param>
/// <param name="To">The account that is paid.</param>
/// <param name="Amount">How much.</param>
[GenerateSerializer]
[Immutable]
[Alias("Bank.Transfer")]
public sealed record Transfer(
    [property: Id(0)] int Desk,
    [property: Id(1)] long Number,
    [property: Id(2)] int From,
    [property: Id(3)] int To,
    [property: Id(4)] long Amount) : IReplicatedOperation<Branch, TransferReply>
{
    /// <inheritdoc/>
    public OperationResult<Branch, TransferReply> Apply(Branch state, in OperationContext context)
    {
        if (state.Balances[From] < Amount)
            return (state, TransferReply.Declined);
        var balances = state.Balances.SetItem(From, state.Balances[From] - Amount);
        return (
            state with
            {
                Balances = balances.SetItem(To, balances[To] + Amount),
                Executed = state.Executed.SetItem(Desk, state.Executed[Desk].Add(Number)),
            },
            TransferReply.Done);
    }
}
