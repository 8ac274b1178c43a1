using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Backups;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft;

/// <summary>
/// A replicated state on this member and its peers. Commands are applied exactly once, in one order, on every replica; an acknowledged command
/// is on the disks of a majority.
/// </summary>
public sealed partial class RaftGroup
{
    private readonly RaftNodeOptions _node;
    private readonly RaftGroupOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, byte[]> _tables;
    private readonly WaitingPeers _waiting;
    private volatile GroupReplica? _replica;

    internal RaftGroup(RaftNodeOptions node, RaftGroupOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken stopping)
    {
        OptionsCheck.Validate(options, node.Local);
        _node = node;
        _options = options;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Orleans.Replication.Raft.Group");
        _time = time;
        _waiting = new WaitingPeers(time);
        _stopping = stopping;
        _tables = options.Tables.ToDictionary(table => table.Name, table => StateKeys.Table(table.Name));
    }

    /// <summary>
    /// Raised when this replica has learned of another leader or of none, and when the leader is ready to serve. Handlers must not block.
    /// </summary>
    public event Action<RaftGroup>? LeaderChanged;

    /// <summary>The group's name.</summary>
    public string Name => _options.Name;

    /// <summary>The id of this member.</summary>
    public string LocalId => _node.Local.Id;

    /// <summary>The tables of the state, as they were registered.</summary>
    public IReadOnlyList<IReplicatedTable> Tables => _options.Tables;

    internal GroupReplica? Replica => _replica;

    private GroupReplica Serving
    {
        get
        {
            var replica = _replica ?? throw new GroupUnavailableException(_fault is { } gone
                ? $"This member's replica of group '{Name}' is out of service: {gone} Nothing was written."
                : $"Group '{Name}' is not started on this member, or stopped. Nothing was written.");
            if (replica.Health.Fault is { } fault)
                throw new GroupUnavailableException($"This member's replica of group '{Name}' is out of service: {fault} Nothing was written.");
            return replica.Engine.Role == RaftRole.Removed
                ? throw new GroupUnavailableException($"This member was removed from group '{Name}'. Nothing was written. Use another member, or add this one again.")
                : replica;
        }
    }

    /// <summary>What this replica knows now. Does not wait.</summary>
    public RaftGroupStatus GetStatus()
    {
        var replica = _replica;
        var members = replica?.Engine.Configuration.Configuration ?? GroupConfiguration.Of(_options.Voters);
        return new RaftGroupStatus
        {
            Name = Name,
            Role = replica?.Engine.Role ?? RaftRole.Stopped,
            Term = replica?.Engine.Term ?? 0,
            Leader = replica?.Engine.Leader,
            CommitIndex = replica?.Engine.CommitIndex ?? 0,
            AppliedIndex = replica?.Engine.AppliedIndex ?? 0,
            Members = members.Members,
            Waiting = _waiting.Except(members),
            Fault = replica is null ? _fault : replica.Health.Fault,
            Quarantine = replica?.QuarantineReason,
            Divergence = replica?.Divergence,
        };
    }

    /// <summary>Waits until this replica knows a leader.</summary>
    public async Task WaitForLeaderAsync(CancellationToken cancellationToken = default)
    {
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LeaderChanged += Look;
        try
        {
            Look(this);
            await known.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            LeaderChanged -= Look;
        }

        void Look(RaftGroup group)
        {
            if (group.GetStatus() is { Leader: not null, Role: not RaftRole.Candidate })
                known.TrySetResult();
        }
    }

    /// <summary>
    /// Proposes a command, from any member. Waits until it is committed and applied on this replica, so that a later local read sees it.
    /// A lost connection, a lost reply or a change of leader is retried; the command is applied once.
    /// </summary>
    /// <exception cref="GroupUnavailableException">Nothing was written: no leader or quorum within <see cref="RaftGroupOptions.ProposalTimeout"/>, or a full queue.</exception>
    /// <exception cref="OutcomeUnknownException">The time is over, and the command may have been written.</exception>
    /// <exception cref="ArgumentException">The table is unknown, or the command is larger than <see cref="RaftGroupOptions.MaxCommandBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the command may have been written.</exception>
    public ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken = default)
    {
        PrefixOf(command.Table);
        if (command.Key.Length > CommandFormat.MaxKeyBytes)
            throw new ArgumentException($"The key has {command.Key.Length} bytes; {CommandFormat.MaxKeyBytes} are allowed.", nameof(command));
        if (command.Key.Length + command.Payload.Length > _options.MaxCommandBytes)
        {
            throw new ArgumentException(
                $"The command has {command.Key.Length + command.Payload.Length} bytes; {_options.MaxCommandBytes} are allowed ({nameof(RaftGroupOptions.MaxCommandBytes)}).",
                nameof(command));
        }

        if (command.ExpectedVersion < 0)
            throw new ArgumentException($"The expected version is {command.ExpectedVersion}; versions are not negative.", nameof(command));
        return Serving.Proposer.ProposeAsync(command, cancellationToken);
    }

    /// <summary>
    /// Waits until this replica has applied everything that was acknowledged, anywhere, before the call began: after it, a read of the local
    /// state is linearizable (SAFETY 6). Concurrent callers share one question to the leader.
    /// </summary>
    /// <exception cref="GroupUnavailableException">No leader could confirm itself within <see cref="RaftGroupOptions.ReadTimeout"/>.</exception>
    public ValueTask ReadBarrierAsync(CancellationToken cancellationToken = default) => Serving.Reads.WaitAsync(cancellationToken);

    /// <summary>
    /// Reads this replica's state as after <see cref="ReadBarrierAsync"/>, with the same promise as long as the clocks of the members keep to
    /// <see cref="RaftGroupOptions.MaxClockDrift"/>. A leader with a lease reads at once, another replica after one question to it; without a lease it is a barrier.
    /// The clock is looked at before the read and after it: a read in which this process seems to have been stopped is done again behind a barrier.
    /// </summary>
    /// <param name="argument">Passed on.</param>
    /// <param name="read">Reads, with <see cref="GetReader"/> or <see cref="OpenSnapshot"/>; called once or twice. The last result counts.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="GroupUnavailableException">No leader could confirm itself within <see cref="RaftGroupOptions.ReadTimeout"/>.</exception>
    public ValueTask<TResult> ReadByLeaseAsync<TArgument, TResult>(
        TArgument argument, Func<TArgument, TResult> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        var replica = Serving;
        if (replica.Engine.TryGetLeaseIndex(out var index) && replica.Engine.AppliedIndex >= index)
        {
            var result = read(argument);
            if (replica.Engine.HoldsLease)
                return new ValueTask<TResult>(result);
        }

        return ReadByAnswerAsync(replica, argument, read, cancellationToken);
    }

    /// <summary>Reads the records of a table as this replica has them now.</summary>
    /// <exception cref="ArgumentException">The table is unknown.</exception>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    public IStateReader GetReader(string table) => new TableReader(Serving.State, PrefixOf(table));

    /// <summary>Freezes a consistent view of a table as this replica has it now.</summary>
    /// <exception cref="ArgumentException">The table is unknown.</exception>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    public IStateSnapshot OpenSnapshot(string table) => new TableSnapshot(Serving.State.Acquire(), PrefixOf(table));

    /// <summary>
    /// Watches a record of this replica, from now on. To miss nothing, begin the watch, then read, then wait. The caller disposes of it.
    /// </summary>
    /// <exception cref="ArgumentException">The table is unknown.</exception>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    public IRecordWatch WatchRecord(string table, ReadOnlySpan<byte> key)
    {
        byte[] full = [.. PrefixOf(table), .. key];
        return Serving.State.Watches.Add(full);
    }

    /// <summary>As <see cref="WatchRecord"/>, for all records of a table.</summary>
    /// <exception cref="ArgumentException">The table is unknown.</exception>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    public IRecordWatch WatchTable(string table) => Serving.State.Watches.AddTable(PrefixOf(table));

    /// <summary>
    /// Hands leadership over: to a voter that has everything committed, or to whichever wins the election when <paramref name="to"/> is null. May
    /// be called on any replica. Ends when the leader has stepped down; the election takes about <see cref="RaftGroupOptions.MaxElectionTimeout"/>.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="to"/> is no voter.</exception>
    /// <exception cref="GroupUnavailableException">There is no leader, it did not answer, or <paramref name="to"/> is behind.</exception>
    public async Task TransferLeadershipAsync(string? to = null, CancellationToken cancellationToken = default)
    {
        var replica = Serving;
        var voters = replica.Engine.Configuration.Configuration.Voters;
        if (to is not null && voters.All(voter => voter.Id != to))
            throw new ArgumentException($"'{to}' is no voter of group '{Name}'. The voters are {string.Join(", ", voters)}.", nameof(to));
        try
        {
            if (replica.Engine.Leader == LocalId)
            {
                await replica.Engine.TransferLeadershipAsync(to, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (replica.Engine.Leader is not { } leader || !replica.Peers.TryGetValue(leader, out var channel))
                throw new GroupUnavailableException($"Group '{Name}' has no leader that could hand over.");
            var request = new GroupRequest { Transfer = new Transfer { To = to ?? string.Empty } };
            var response = await channel.CallAsync(request, _options.AppendTimeout, cancellationToken).ConfigureAwait(false);
            if (response.Answer != Answer.Ok)
                throw new GroupUnavailableException($"Leader '{leader}' did not hand over: {(response.Reason.Length > 0 ? response.Reason : "it leads no longer")}.");
        }
        catch (Exception e) when (e is NotLeaderException or PeerUnavailableException)
        {
            throw new GroupUnavailableException($"Leadership of group '{Name}' was not handed over: {e.Message}", e);
        }
    }

    /// <summary>Takes a snapshot of this replica's state now, and drops the log before it with the next write.</summary>
    /// <returns>The log index of the snapshot; 0 when there is nothing yet.</returns>
    public Task<long> TakeSnapshotAsync(CancellationToken cancellationToken = default) => Serving.TakeSnapshotAsync(cancellationToken);

    /// <summary>
    /// Writes a backup of this replica's state, while it serves: what it has applied, sessions and versions included, up to one log entry. For all that was acknowledged before,
    /// call <see cref="ReadBarrierAsync"/> first; without it a backup needs no quorum. The local disk keeps the replaced files until it is written.
    /// </summary>
    /// <returns>What is in it.</returns>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    public Task<RaftBackupInfo> BackupAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return Serving.BackupAsync(destination, cancellationToken);
    }

    /// <summary>As <see cref="BackupAsync(Stream, CancellationToken)"/>, into a new file on this machine: under its name it is complete and on disk.</summary>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    /// <exception cref="RaftStorageException">The file exists.</exception>
    public Task<RaftBackupInfo> BackupAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var replica = Serving;
        return BackupFile.WriteAsync(path, file => replica.BackupAsync(file, cancellationToken));
    }

    internal Task StartAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    /// <summary>Gives leadership up, if this member has it, so that the others need not wait until they miss it. Never fails.</summary>
    internal async Task ResignAsync(CancellationToken cancellationToken)
    {
        if (_replica is not { Engine.Role: RaftRole.Leader } replica || replica.Engine.Configuration.Configuration.Voters.Count == 1)
            return;
        try
        {
            await replica.Engine.TransferLeadershipAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Somebody else leads already, or there is no time for it: the others notice the loss by themselves.
        }
    }

    /// <summary>Closes the replica. The token that the group was made with is cancelled already.</summary>
    internal async Task StopAsync()
    {
        await _recovering.ConfigureAwait(false);
        Task recovering;
        var replica = _replica;
        bool isOwn;
        lock (_recovery)
        {
            isOwn = replica?.TryGiveUp() == true;
            recovering = _recovering;
        }

        if (isOwn)
            await CloseAsync(replica!).ConfigureAwait(false);
        await recovering.ConfigureAwait(false);
    }

    /// <summary>
    /// How old this replica's state may be: on a follower, since a message of its leader came all of whose commits are applied here; on the leader, since
    /// before it sent what a majority has answered. What was acknowledged before that is in the state, but for how long the message was under way and how long a leader
    /// that has lost its majority goes on (<see cref="RaftGroupOptions.AppendTimeout"/> at most). Does not wait.
    /// </summary>
    /// <returns>Null when the replica has not caught up with a leader since its start.</returns>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    public TimeSpan? GetStaleness() => Serving.Engine.Staleness;

    private static async ValueTask<TResult> ReadByAnswerAsync<TArgument, TResult>(
        GroupReplica replica, TArgument argument, Func<TArgument, TResult> read, CancellationToken cancellationToken)
    {
        var since = replica.Engine.LeaseTime;
        await replica.LeaseReads.WaitAsync(cancellationToken).ConfigureAwait(false);
        var result = read(argument);

        // SAFETY S9. What was read was right when the leader answered, and that was after the call began; longer ago than a lease it is not to be.
        if (replica.Engine.IsWithinLease(since))
            return result;
        await replica.Reads.WaitAsync(cancellationToken).ConfigureAwait(false);
        return read(argument);
    }

    private void OnLeadershipChanged() => LeaderChanged?.Invoke(this);

    private byte[] PrefixOf(string table) => _tables.TryGetValue(table, out var prefix)
        ? prefix
        : throw new ArgumentException($"Group '{Name}' has no table '{table}'. It has {string.Join(", ", _tables.Keys)}.", nameof(table));
}
