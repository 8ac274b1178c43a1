namespace Orleans.Replication.Raft;

/// <summary>
/// A replicated state on this member and its peers. Commands are applied exactly once, in one order, on every replica; an acknowledged command
/// is on the disks of a majority.
/// </summary>
public sealed class RaftGroup
{
    internal RaftGroup(string name) => Name = name;

    /// <summary>The group's name.</summary>
    public string Name { get; }

    /// <summary>Raised, on a thread of the pool, after this replica has learned of another leader (or of none).</summary>
    public event Action<RaftGroup>? LeaderChanged;

    /// <summary>What this replica knows now. Does not wait.</summary>
    public RaftGroupStatus GetStatus() => throw new NotSupportedException(nameof(LeaderChanged) + LeaderChanged);

    /// <summary>Waits until this replica knows a leader.</summary>
    public Task WaitForLeaderAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Proposes a command, from any member. Waits until it is committed and applied on this replica, so that a later local read sees it.
    /// A lost connection, a lost reply or a change of leader is retried; the command is applied once.
    /// </summary>
    /// <exception cref="GroupUnavailableException">Nothing was written: no leader or quorum within <see cref="RaftGroupOptions.ProposalTimeout"/>, or a full queue.</exception>
    /// <exception cref="OutcomeUnknownException">The time is over, and the command may have been written.</exception>
    /// <exception cref="ArgumentException">The table is unknown, or the command is larger than <see cref="RaftGroupOptions.MaxCommandBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the command may have been written.</exception>
    public ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Waits until this replica has applied everything that was acknowledged, anywhere, before the call began: after it, a read of the local
    /// state is linearizable (SAFETY 6). Concurrent callers share one question to the leader.
    /// </summary>
    /// <exception cref="GroupUnavailableException">No leader could confirm itself within <see cref="RaftGroupOptions.ReadTimeout"/>.</exception>
    public ValueTask ReadBarrierAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Reads the records of a table as this replica has them now.</summary>
    /// <exception cref="ArgumentException">The table is unknown.</exception>
    public IStateReader GetReader(string table) => throw new NotSupportedException();

    /// <summary>Freezes a consistent view of a table as this replica has it now.</summary>
    /// <exception cref="ArgumentException">The table is unknown.</exception>
    public IStateSnapshot OpenSnapshot(string table) => throw new NotSupportedException();

    /// <summary>Hands leadership to another voter, or to whichever wins when <paramref name="to"/> is null. May be called on any replica.</summary>
    public Task TransferLeadershipAsync(string? to = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Takes a snapshot of this replica's state now, and drops the log before it.</summary>
    /// <returns>The log index of the snapshot.</returns>
    public Task<long> TakeSnapshotAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
