namespace Orleans.Replication;

/// <summary>
/// A grain's state that every replica of its group holds. Changes are applied in one order on every replica, exactly once; a change that was
/// acknowledged is on the disks of a majority and is never lost.
/// </summary>
/// <remarks>
/// The members may be called from any scheduler. A value that was read is shared with other readers: treat it as immutable, and never change it
/// in place. A missing state reads as the initial one, a new <typeparamref name="TState"/>, with version 0.
/// <para>Errors that every member may throw: <see cref="ReplicationUnavailableException"/> when this silo's replica is out of service or stopping
/// (nothing was written), <see cref="ReplicationConfigurationException"/> when this silo cannot read the state as a <typeparamref name="TState"/>, and,
/// where there is something to wait for, <see cref="OperationCanceledException"/> when the caller gave up (a write may or may not have happened).</para>
/// <para>On a client, and on a silo that holds no replica, "this silo's replica" is that of the silo that is asked, which may be another one each time: <see cref="Value"/> and
/// <see cref="Version"/> are then what was read, written or deleted last through this object, and the initial state and 0 before. A read sees what the same caller has written before when it is
/// linearizable or by lease; a stale one may not, and may be older than the one before it.</para>
/// </remarks>
/// <typeparam name="TState">The state: a type that Orleans can serialize, best an immutable record.</typeparam>
public interface IReplicatedState<TState>
{
    /// <summary>Names the state, for <see cref="IReplicationGroup"/>.</summary>
    StateReference<TState> Reference { get; }

    /// <summary>What this silo's replica has now. Does not wait, and may be behind what others have acknowledged.</summary>
    TState Value { get; }

    /// <summary>
    /// The version of what this silo's replica has now; 0 when the state does not exist. Versions of one state strictly increase, also across
    /// deletion and re-creation. For a value together with its version use <see cref="ReadVersionedAsync"/>.
    /// </summary>
    long Version { get; }

    /// <summary>Reads the state from this silo's replica, as fresh as <paramref name="consistency"/> asks for.</summary>
    /// <exception cref="ReplicationUnavailableException">No leader could confirm itself in time; not with <see cref="ReadConsistency.Stale"/>.</exception>
    ValueTask<TState> ReadAsync(ReadConsistency? consistency = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a part of the state, or something computed from it, from this silo's replica.</summary>
    /// <exception cref="ReplicationUnavailableException">No leader could confirm itself in time; not with <see cref="ReadConsistency.Stale"/>.</exception>
    ValueTask<TResult> ReadAsync<TResult>(
        Func<TState, TResult> projection,
        ReadConsistency? consistency = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads what this silo's replica has, unless it may be older than a limit. Does not wait. What was acknowledged before is seen, except for how long the
    /// leader's message was under way, and how long a leader that has lost its majority may not have noticed.
    /// </summary>
    /// <param name="maxStaleness">
    /// How long ago the replica may last have had everything that its leader called committed; heartbeats come every third of the shortest election time-out (100 ms).
    /// </param>
    /// <param name="cancellationToken">Ends the waiting for another silo; not used when the replica is on this one.</param>
    /// <exception cref="ReplicationUnavailableException">It is longer ago, or has not been since the silo started.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxStaleness"/> is negative.</exception>
    ValueTask<VersionedState<TState>> ReadStaleAsync(TimeSpan maxStaleness, CancellationToken cancellationToken = default);

    /// <summary>Reads the state together with its version, as one.</summary>
    /// <exception cref="ReplicationUnavailableException">No leader could confirm itself in time; not with <see cref="ReadConsistency.Stale"/>.</exception>
    ValueTask<VersionedState<TState>> ReadVersionedAsync(
        ReadConsistency? consistency = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs an operation on the state, on every replica, exactly once. Waits until it is committed and applied on this silo's replica, so that a
    /// later read here sees it.
    /// </summary>
    /// <returns>The operation's result.</returns>
    /// <exception cref="OperationRejectedException">The operation threw; the state is as it was, on every replica.</exception>
    /// <exception cref="ReplicationUnavailableException">Nothing was written: no leader or quorum in time, or too many waiting.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">The time is over, and the operation may have been applied.</exception>
    /// <exception cref="ArgumentException">The operation cannot be told apart or is too large; nothing was proposed.</exception>
    /// <exception cref="ReplicationConfigurationException">The state is there and is no <typeparamref name="TState"/>; nothing was proposed. To give it another type, clear it first.</exception>
    ValueTask<TResult> ApplyAsync<TResult>(IReplicatedOperation<TState, TResult> operation, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the whole state. Waits until it is committed and applied on this silo's replica.
    /// </summary>
    /// <param name="state">The new state.</param>
    /// <param name="expectedVersion">The version that the state must have; 0 when it must not exist; null for no condition.</param>
    /// <param name="cancellationToken">Ends the waiting, not the write.</param>
    /// <returns>The new version.</returns>
    /// <exception cref="VersionMismatchException">The state has another version; nothing was written.</exception>
    /// <exception cref="ReplicationUnavailableException">Nothing was written: no leader or quorum in time, or too many waiting.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">The time is over, and the state may have been written.</exception>
    /// <exception cref="ArgumentException">The state is too large; nothing was proposed.</exception>
    /// <exception cref="ReplicationConfigurationException">
    /// The state is there and is no <typeparamref name="TState"/>; nothing was proposed. To give it another type, clear it first. Not noticed where this process has no replica.
    /// </exception>
    ValueTask<long> WriteAsync(TState state, long? expectedVersion = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes the state, whatever version it has; see <see cref="ClearAsync(long?, CancellationToken)"/>.</summary>
    ValueTask<bool> ClearAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes the state: it reads as the initial one with version 0 again. Waits until that is applied on this silo's replica.</summary>
    /// <param name="expectedVersion">The version that the state must have; null for no condition.</param>
    /// <param name="cancellationToken">Ends the waiting, not the write.</param>
    /// <returns>True when there was a state to delete.</returns>
    /// <exception cref="VersionMismatchException">The state has another version; nothing was written.</exception>
    /// <exception cref="ReplicationUnavailableException">Nothing was written: no leader or quorum in time, or too many waiting.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">The time is over, and the state may have been deleted.</exception>
    ValueTask<bool> ClearAsync(long? expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>
    /// The changes of the state as this silo's replica applies them: every one after <paramref name="fromVersion"/>, once, in the order of their versions.
    /// Goes on until it is cancelled. May be resumed on another silo with the version of the last event; a replica that is behind that version waits
    /// until it is not.
    /// </summary>
    /// <remarks>
    /// A replica keeps the last 10,000 changes of its group, at most 64 MiB of them, in memory: after a start, those that it has applied since. When some
    /// that were asked for are gone, the next event is a <see cref="StateChangeKind.Compacted"/> one with the state as it is now. A slow reader holds nothing
    /// up, and loses nothing before that.
    /// An operation that returns the very state it was given has changed nothing, and makes no event.
    /// </remarks>
    /// <param name="fromVersion">
    /// The version after which to begin; 0: from the state's first change; null: with the first change that this replica has not applied yet.
    /// </param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="ReplicationUnavailableException">This silo's replica went out of service or is stopping: resume on another silo.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fromVersion"/> is negative.</exception>
    IAsyncEnumerable<StateChange<TState>> WatchAsync(long? fromVersion = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// The state as it was at a version, with who made it so and when: its last change up to that version. Any version of the group's history may be asked for, for
    /// example that of another state's change. A replica that has not come to it yet waits until it has.
    /// </summary>
    /// <remarks>
    /// It is answered from what <see cref="WatchAsync"/> is answered from, the changes that this replica keeps; the state as it is now is always known, but who made it and when only while
    /// that change is kept.
    /// </remarks>
    /// <param name="version">The version, at least 1.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>
    /// The change that made the state so: <see cref="StateChangeKind.Written"/>, or <see cref="StateChangeKind.Cleared"/> when the state did not exist, with version 0 when it
    /// is not known since when.
    /// </returns>
    /// <exception cref="VersionNotKeptException">The version is older than what this replica keeps.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The version is less than 1, or the group has not come to it yet.</exception>
    /// <exception cref="ReplicationUnavailableException">The replica is behind, and no leader could confirm itself in time.</exception>
    ValueTask<StateChange<TState>> ReadAtAsync(long version, CancellationToken cancellationToken = default);
}
