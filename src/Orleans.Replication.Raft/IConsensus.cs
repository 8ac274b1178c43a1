namespace Orleans.Replication.Raft;

/// <summary>A state that a group of peers agrees on and replaces as a whole.</summary>
/// <typeparam name="TState">The state.</typeparam>
public interface IConsensus<TState>
{
    /// <summary>The newest state. It has everything that was acknowledged, anywhere, before the call began.</summary>
    /// <exception cref="NoStateException">Nothing was agreed yet.</exception>
    /// <exception cref="InconsistentConsensusException">An operation has failed, and no rollback came since.</exception>
    /// <exception cref="GroupUnavailableException">No leader could confirm itself in time.</exception>
    ValueTask<AgreedState<TState>> GetCurrentStateAsync(CancellationToken cancellationToken = default);

    /// <summary>Replaces the state. Waits until that is committed and applied on this member.</summary>
    /// <returns>The state and its number.</returns>
    /// <exception cref="InvalidOperationException">There is no actor to submit it.</exception>
    /// <inheritdoc cref="IActor{TState}.SetStateAsync(ConsensusChange{TState}, CancellationToken)" path="/exception"/>
    ValueTask<AgreedState<TState>> CommitStateAsync(TState state, CancellationToken cancellationToken = default);

    /// <summary>Sets who submits changes; null: nobody, and the state can only be read.</summary>
    void SetActor(IActor<TState>? actor);
}
