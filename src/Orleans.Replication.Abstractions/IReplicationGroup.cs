namespace Orleans.Replication;

/// <summary>
/// A replication group, for work on several states at once and on states of other grains. A service of the silo: <see cref="IReplicationGroup"/> is the group
/// <c>default</c>, and <c>[FromKeyedServices("name")] IReplicationGroup</c> any other. Grains and silo services may have it injected; it serves while replication runs on the silo.
/// </summary>
public interface IReplicationGroup
{
    /// <summary>The group's name.</summary>
    string Name { get; }

    /// <summary>
    /// The version of the operations that is in force (<see cref="OperationContext.Version"/>), as this silo's replica has it now: it may have been raised already, and is never lower than
    /// this. Does not wait.
    /// </summary>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    /// <exception cref="ReplicationUnavailableException">Replication has not started on this silo.</exception>
    int OperationsVersion { get; }

    /// <summary>
    /// Commits a transaction as one command: all of it happens, at one point of the group's history, or nothing. Exactly once, and linearizable with every other command and read. Waits
    /// until it is applied on this silo's replica, so that a later read here sees all of it.
    /// </summary>
    /// <remarks>
    /// First the conditions are looked at, against the states as they are before the transaction; then the steps run in their order, each on what those before it have left. Every state that
    /// the transaction changes gets the same version, and makes one event for those who watch it.
    /// </remarks>
    /// <param name="transaction">What to do. May be used again, for another attempt; each call is a new command.</param>
    /// <param name="cancellationToken">Ends the waiting, not the transaction.</param>
    /// <returns>The versions and results; or, when a condition did not hold and nothing was changed, which ones.</returns>
    /// <exception cref="TransactionRejectedException">An operation threw; every state is as it was, on every replica.</exception>
    /// <exception cref="ReplicationUnavailableException">
    /// Nothing was written: no leader or quorum in time, too many waiting, or an operation whose version is not in force (<see cref="OperationNotYetAvailableException"/>).
    /// </exception>
    /// <exception cref="ReplicationOutcomeUnknownException">The time is over, and the transaction may have been applied, as a whole.</exception>
    /// <exception cref="ReplicationConfigurationException">
    /// The silo has no group of this name, or cannot read one of the states as the type that was given; nothing was proposed.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// It is empty, has a state of another group, has more than <see cref="GroupTransaction.MaxParts"/> parts, or is larger than the group's <c>MaxCommandBytes</c>; nothing was proposed.
    /// </exception>
    ValueTask<TransactionResult> TransactAsync(GroupTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>A state of any grain, on this silo's replica. Does not wait, and does not activate the grain.</summary>
    /// <exception cref="ArgumentException">The state is of another group, or has no grain or name.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    /// <exception cref="ReplicationUnavailableException">Replication has not started on this silo.</exception>
    IReplicatedState<TState> GetState<TState>(StateReference<TState> state);
}
