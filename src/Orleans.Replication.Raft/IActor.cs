namespace Orleans.Replication.Raft;

/// <summary>
/// Submits changes of a state to the group. <see cref="StateConsensus{TState}.Attach"/> makes one that proposes from any member; set another around it with
/// <c>SetActor</c> to allow, count or refuse what passes.
/// </summary>
/// <typeparam name="TState">The state.</typeparam>
public interface IActor<TState>
{
    /// <summary>True while this member leads the group. It need not, to submit.</summary>
    bool IsLeader { get; }

    /// <summary>The peer id of the member that leads, as this member knows it; null while there is none.</summary>
    string? Leader { get; }

    /// <summary>Submits a change. Waits until it is committed and applied on this member.</summary>
    /// <returns>The state that this change has made.</returns>
    /// <exception cref="InconsistentConsensusException">The change failed on every member, or an earlier one did and no rollback came since.</exception>
    /// <exception cref="RevisionNotKeptException">The revision is not kept: that of a rollback, or, on a member that was far behind, that of the change itself.</exception>
    /// <exception cref="GroupUnavailableException">Nothing was written: it is safe to retry.</exception>
    /// <exception cref="OutcomeUnknownException">The time is over, and the change may have been written.</exception>
    /// <exception cref="ArgumentException">The change cannot be encoded and decoded again, or is too large; nothing was proposed.</exception>
    ValueTask<AgreedState<TState>> SetStateAsync(ConsensusChange<TState> change, CancellationToken cancellationToken = default);

    /// <summary>Replaces the state.</summary>
    /// <inheritdoc cref="SetStateAsync(ConsensusChange{TState}, CancellationToken)"/>
    ValueTask<AgreedState<TState>> SetStateAsync(TState state, CancellationToken cancellationToken = default) =>
        SetStateAsync(new ConsensusChange<TState>.NewState(state), cancellationToken);
}
