namespace Orleans.Replication.Raft;

/// <summary>A state that a group of peers agrees on by a log of operations.</summary>
/// <typeparam name="TState">The state.</typeparam>
public interface IOpLogConsensus<TState>
{
    /// <summary>Runs an operation on every member. Waits until it is committed and applied on this member.</summary>
    /// <returns>The state that exactly this operation made.</returns>
    /// <exception cref="InvalidOperationException">There is no actor to submit it.</exception>
    /// <inheritdoc cref="IActor{TState}.SetStateAsync(ConsensusChange{TState}, CancellationToken)" path="/exception"/>
    ValueTask<AgreedState<TState>> CommitOpAsync(IConsensusOperation<TState> operation, CancellationToken cancellationToken = default);

    /// <summary>The state at the head of the log. It has everything that was acknowledged, anywhere, before the call began.</summary>
    /// <inheritdoc cref="IConsensus{TState}.GetCurrentStateAsync" path="/exception"/>
    ValueTask<AgreedState<TState>> GetLogHeadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes the state of an earlier revision the newest again, as a new revision: nothing is taken out of the log. An inconsistent state becomes consistent.
    /// </summary>
    /// <param name="revision">A revision that is still kept.</param>
    /// <param name="cancellationToken">Ends the waiting, not the rollback.</param>
    /// <exception cref="InvalidOperationException">There is no actor to submit it.</exception>
    /// <inheritdoc cref="IActor{TState}.SetStateAsync(ConsensusChange{TState}, CancellationToken)" path="/exception"/>
    ValueTask<AgreedState<TState>> RollbackAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts a state in, whatever happened before, also when nothing was agreed yet. An inconsistent state becomes consistent. Nobody checks that the state was agreed on
    /// earlier.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no actor to submit it.</exception>
    /// <inheritdoc cref="IActor{TState}.SetStateAsync(ConsensusChange{TState}, CancellationToken)" path="/exception"/>
    ValueTask<AgreedState<TState>> RollbackToAsync(TState state, CancellationToken cancellationToken = default);

    /// <summary>Sets who submits changes; null: nobody, and the state can only be read.</summary>
    void SetActor(IActor<TState>? actor);
}
