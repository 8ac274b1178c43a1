namespace Orleans.Replication.Raft;

/// <summary>A change to an agreed state, sent to every member and run there.</summary>
/// <typeparam name="TState">The state it changes.</typeparam>
public interface IConsensusOperation<TState>
{
    /// <summary>
    /// Gives the new state. Called on every member, in the same order, and again after a restart, so it has to be deterministic: no clock, no random number, no
    /// environment, no I/O, no iteration over unordered collections.
    /// </summary>
    /// <param name="state">The state now, an own copy that may be changed and given back.</param>
    /// <param name="context">The only time and chance there is.</param>
    /// <exception cref="Exception">
    /// Throwing makes the state inconsistent on every member, until a rollback: it is for what must not happen. A refusal that is part of the protocol belongs into the
    /// state.
    /// </exception>
    TState ApplyTo(TState state, in ApplyContext context);
}
