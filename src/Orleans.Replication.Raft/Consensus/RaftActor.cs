namespace Orleans.Replication.Raft.Consensus;

/// <summary>Submits by proposing to the group, from whichever member.</summary>
internal sealed class RaftActor<TState>(
    ConsensusLog log, IConsensusCodec<TState> states, Func<IConsensusOperation<TState>, ReadOnlyMemory<byte>> encodeOperation, int keptRevisions)
    : IActor<TState>
{
    public bool IsLeader => log.Group.GetStatus().Role == RaftRole.Leader;

    public string? Leader => log.Group.GetStatus().Leader;

    public async ValueTask<AgreedState<TState>> SetStateAsync(ConsensusChange<TState> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var (revision, record) = await log.ProposeAsync(ToCommand(change), cancellationToken).ConfigureAwait(false);
        return new(revision, states.Decode(record.State), record.Timestamp, record.Kind);
    }

    private ConsensusCommand ToCommand(ConsensusChange<TState> change) => change switch
    {
        ConsensusChange<TState>.NewState(var state) => Command(ConsensusCommandKind.SetState, states.EncodeChecked(state)),
        ConsensusChange<TState>.Operation(var operation) => Command(ConsensusCommandKind.Operation, encodeOperation(operation)),
        ConsensusChange<TState>.Rollback(var revision) => revision >= 0
            ? Command(ConsensusCommandKind.Rollback, default, revision)
            : throw new ArgumentOutOfRangeException(nameof(change), revision, "Revisions are not negative."),
        ConsensusChange<TState>.RollbackTo(var state) => Command(ConsensusCommandKind.RollbackTo, states.EncodeChecked(state)),
        _ => throw new ArgumentException($"{change.GetType()} is no change that this actor knows.", nameof(change)),
    };

    private ConsensusCommand Command(ConsensusCommandKind kind, ReadOnlyMemory<byte> body, long revision = 0) =>
        new(kind, default, keptRevisions, revision, body);
}
