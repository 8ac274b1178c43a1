using Orleans.Replication.Groups;
using Orleans.Replication.Raft;
using Orleans.Replication.Transactions.Records.Wire;

namespace Orleans.Replication.Transactions.Records;

/// <summary>
/// The replicated side of transactional states. A change is one command, so it happens wholly or not at all; committing moves the bytes of the
/// prepared state, which do not travel again.
/// </summary>
internal sealed class TransactionStateTable : IReplicatedTable, IForeignCommands
{
    /// <summary>The table's name. Another format of keys would need another name.</summary>
    public const string TableName = "transactions";

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>Runs a change whose condition, the header's version, was already checked by the group.</summary>
    /// <exception cref="NotSupportedException">
    /// The command is of a later format. This replica cannot know what the others make of it, so it has to stop rather than differ from them
    /// (SAFETY 14, S15).
    /// </exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.Length == 0)
            return Refuse(TransactionRefusal.Malformed);
        if (payload[0] != TransactionFormat.Version)
            throw new NotSupportedException($"A transactional command has format {payload[0]}; this version of the software knows {TransactionFormat.Version}.");
        if (!TransactionKeys.IsHeader(context.Key) || !TransactionFormat.TryDecodeChange(payload, out var change))
            return Refuse(TransactionRefusal.Malformed);

        var key = context.Key;
        var header = state.TryGet(key, out var record) ? TransactionFormat.DecodeHeader(record.Value.Span) : new StateHeader();
        header.Metadata = change.Metadata;

        // In this order: a number that was aborted may be prepared anew in the same change, and what is prepared in it may be committed in it.
        if (change.HasAbortAfter)
            Remove(AbortedFrom(key, change.AbortAfter), TransactionKeys.EndOfPrepared(key), state);
        foreach (var prepared in change.Prepare.Where(prepared => prepared.Sequence > header.Committed))
            state.Put(TransactionKeys.Prepared(key, prepared.Sequence), TransactionFormat.Encode(Stored(prepared)));
        if (change.HasCommitUpTo && change.CommitUpTo > header.Committed && !TryCommit(key, change.CommitUpTo, header, state))
            return Refuse(TransactionRefusal.NotPrepared);

        state.Put(key, TransactionFormat.Encode(header));
        return CommandOutcome.Ok();
    }

    /// <inheritdoc/>
    public bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload) =>
        !payload.IsEmpty && payload.Span[0] == TransactionFormat.Version && TransactionKeys.IsOfState(key) && TransactionFormat.TryDecodeChange(payload.Span, out _);

    /// <summary>Nothing is cached.</summary>
    public void Reset()
    {
    }

    private static bool TryCommit(ReadOnlySpan<byte> key, long sequence, StateHeader header, IStateTransaction state)
    {
        if (!state.TryGet(TransactionKeys.Prepared(key, sequence), out var prepared))
            return false;
        state.Put(TransactionKeys.Committed(key), TransactionFormat.EncodeCommitted(TransactionFormat.DecodePrepared(prepared.Value.Span).State.Span));
        Remove(TransactionKeys.Prepared(key, 0), AbortedFrom(key, sequence), state);
        header.Committed = sequence;
        return true;
    }

    // The numbers after the largest are none.
    private static byte[] AbortedFrom(ReadOnlySpan<byte> key, long sequence) =>
        sequence < long.MaxValue ? TransactionKeys.Prepared(key, sequence + 1) : TransactionKeys.EndOfPrepared(key);

    private static void Remove(byte[] first, byte[] end, IStateTransaction state)
    {
        // The whole list first: deleting below an open scan is not part of the transaction's contract.
        foreach (var (key, _) in state.ScanRange(first, end).ToList())
            state.Delete(key.Span);
    }

    private static PreparedState Stored(PreparedState prepared) => new() { Transaction = prepared.Transaction, State = prepared.State };

    private static CommandOutcome Refuse(TransactionRefusal reason) => CommandOutcome.Rejected(new[] { (byte)reason });
}
