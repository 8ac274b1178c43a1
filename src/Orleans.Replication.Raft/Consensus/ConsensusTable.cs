namespace Orleans.Replication.Raft.Consensus;

/// <summary>
/// The replicated part of a consensus: its head, and the last of its states. It keeps nothing in memory that matters: each command begins with what is on disk, so that
/// a member that was restarted and one that was not come to the same bytes.
/// </summary>
internal sealed class ConsensusTable(string name, OperationRunner run) : IReplicatedTable
{
    private volatile Failure? _lastFailure;

    public string Name => name;

    public PendingResults Pending { get; } = new();

    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var command = ConsensusCommand.Decode(context.Payload);
        var head = ConsensusHead.Read(state);
        switch (command.Kind)
        {
            case ConsensusCommandKind.Rollback:
                return RevisionRecord.Read(state, command.Revision) is { } earlier
                    ? Agree(command, head, new(RevisionKind.Rollback, context.Timestamp, earlier.State), state)
                    : CommandOutcome.Rejected(new ConsensusReply(ConsensusReplyKind.NotKept, head.Oldest).Encode());
            case ConsensusCommandKind.RollbackTo:
                return Agree(command, head, new(RevisionKind.Rollback, context.Timestamp, command.Body), state);
            case var _ when head.IsInconsistent:
                return CommandOutcome.Rejected(new ConsensusReply(ConsensusReplyKind.Inconsistent, head.Newest).Encode());
            case ConsensusCommandKind.SetState:
                return Agree(command, head, new(RevisionKind.State, context.Timestamp, command.Body), state);
            default:
                return ApplyOperation(context, command, head, state);
        }
    }

    public void Reset()
    {
    }

    /// <summary>What the operation with that index threw here; null when that was before the start.</summary>
    public Exception? FindFailure(long index) => _lastFailure is { } failure && failure.Index == index ? failure.Error : null;

    private CommandOutcome ApplyOperation(in CommandContext context, in ConsensusCommand command, in ConsensusHead head, IStateTransaction state)
    {
        var current = head.Newest == 0 ? null : (ReadOnlyMemory<byte>?)RevisionRecord.Read(state, head.Newest)!.Value.State;
        var outcome = run(current, command.Body, new ApplyContext(head.Newest + 1, context.Timestamp, context.Seed));
        if (outcome.Failure is null)
            return Agree(command, head, new(RevisionKind.Operation, context.Timestamp, outcome.State), state);

        _lastFailure = new(context.Index, outcome.Failure);
        var type = outcome.Failure.GetType();
        state.Put(ConsensusKeys.Head, (head with { FailedAt = context.Index, Failure = type.FullName ?? type.Name }).Encode());
        return CommandOutcome.Ok(new ConsensusReply(ConsensusReplyKind.Failed, head.Newest).Encode());
    }

    private CommandOutcome Agree(in ConsensusCommand command, in ConsensusHead head, in RevisionRecord record, IStateTransaction state)
    {
        var revision = head.Newest + 1;
        var oldest = Math.Max(Math.Max(head.Oldest, 1), revision - command.KeptRevisions + 1);
        Span<byte> key = stackalloc byte[ConsensusKeys.RevisionBytes];
        for (var dropped = Math.Max(head.Oldest, 1); dropped < oldest; dropped++)
            state.Delete(ConsensusKeys.Revision(dropped, key));
        state.Put(ConsensusKeys.Revision(revision, key), record.Encode());
        state.Put(ConsensusKeys.Head, new ConsensusHead(revision, oldest, 0, string.Empty).Encode());
        Pending.Set(command.Ticket, record);
        return CommandOutcome.Ok(new ConsensusReply(ConsensusReplyKind.Agreed, revision).Encode());
    }

    private sealed record Failure(long Index, Exception Error);
}
