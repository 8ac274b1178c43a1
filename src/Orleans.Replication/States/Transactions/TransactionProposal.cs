namespace Orleans.Replication.States.Transactions;

/// <summary>Proposes a transaction, and reads what became of it.</summary>
internal static class TransactionProposal
{
    /// <inheritdoc cref="IReplicationGroup.TransactAsync"/>
    public static async ValueTask<TransactionResult> RunAsync(
        GroupTransaction transaction, IProposals proposals, byte[] origin, IServiceProvider services, CancellationToken cancellationToken)
    {
        var encoder = new TransactionEncoder(proposals, services);
        transaction.Accept(encoder);
        var result = await proposals.ProposeAsync(encoder.Encode(origin), encoder.Need, cancellationToken).ConfigureAwait(false);
        return encoder.Decode(TransactionAnswer.Parse(result.Payload));
    }

    /// <summary>Refuses one that no group takes.</summary>
    /// <exception cref="ArgumentException">It has no parts, or too many.</exception>
    public static void Check(GroupTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Parts is 0 or > GroupTransaction.MaxParts)
        {
            throw new ArgumentException(
                $"A transaction has 1 to {GroupTransaction.MaxParts} conditions and steps; this one has {transaction.Parts}. Nothing was proposed.", nameof(transaction));
        }
    }
}
