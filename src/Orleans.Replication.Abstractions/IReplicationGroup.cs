namespace Orleans.Replication;

/// <summary>
/// A replication group, for work on several states at once and on states of other grains. A service of the silo: <see cref="IReplicationGroup"/> is the group
/// <c>default</c>, and <c>[FromKeyedServices("name")] IReplicationGroup</c> any other. Grains and silo services may have it injected; it serves while replication runs on the silo.
/// </summary>
/// <remarks>
/// A client, and a silo that holds no replica, have it as well, when they are set up for it: "this silo's replica" is then that of the silo that is asked, which may be another one each time. Nothing is known of the group
/// before the first answer: <see cref="OperationsVersion"/> is 1 until then, and a group that there is not is an error of the first call.
/// </remarks>
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

    /// <summary>
    /// Watches all states of the group, on this silo's replica: every change once, in the order in which they were committed, those of one transaction one after the other. It may be
    /// resumed on any silo with the version of the last event that was dealt with, when all events of that version were.
    /// </summary>
    /// <remarks>
    /// A replica keeps the last changes in memory, and none from before its start. When changes after <paramref name="fromVersion"/> are no longer kept, the watch begins, or goes on when its reader is slow,
    /// with every state that was changed since as it is now (<see cref="StateChangeKind.Compacted"/>), in the order of their versions; every later change follows. Nothing tells then of states that
    /// were cleared meanwhile: who mirrors the group begins anew with 0, which gives all states that there are.
    /// Looking for those states reads all of the group's once, and holds their keys in memory.
    /// </remarks>
    /// <param name="fromVersion">The watch begins after this version; 0 for everything; null for what comes from now on.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="ReplicationUnavailableException">This silo's replica went out of service or was stopped: resume on another.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fromVersion"/> is negative.</exception>
    IAsyncEnumerable<GroupChange> WatchAsync(long? fromVersion = null, CancellationToken cancellationToken = default);

    /// <summary>Reads what an event of <see cref="WatchAsync"/> has as the type of its state.</summary>
    /// <exception cref="ReplicationConfigurationException">The state cannot be read as a <typeparamref name="TState"/>.</exception>
    StateChange<TState> Read<TState>(GroupChange change);
}
