using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Apply;
using Orleans.Replication.Raft.Backups;
using Orleans.Replication.Raft.Diagnostics;
using Orleans.Replication.Raft.Divergence;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Engine.Leases;
using Orleans.Replication.Raft.Engine.Members;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Proposals;
using Orleans.Replication.Raft.Reads;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft;

/// <summary>Everything that one group needs on this member while it serves, put together and taken apart in the right order.</summary>
internal sealed partial class GroupReplica : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly GroupFolder _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SnapshotTaker _snapshotTaker;
    private readonly GroupMetrics _metrics;
    private readonly ProposalRouter _router;
    private readonly LeaderTenure _tenure = new();
    private readonly Admission _admission;
    private readonly Roster _roster;
    private readonly Autopilot _autopilot;
    private readonly LeaderPreference _preference;
    private Task _admitting = Task.CompletedTask;
    private int _isGivenUp;
    private Task _asking = Task.CompletedTask;
    private Task _steering = Task.CompletedTask;
    private readonly DivergenceWatch _divergence;
    private Task _comparing = Task.CompletedTask;
    private string? _knownLeader;

    private GroupReplica(RaftNodeOptions node, RaftGroupOptions options, GroupFolder folder, StateStore state, WaitingPeers waiting, ILoggerFactory loggers, TimeProvider time)
    {
        var logger = loggers.CreateLogger("Orleans.Replication.Raft.Group");
        _folder = folder;
        _time = time;
        _logger = logger;
        Options = options;
        Health = new ReplicaHealth(options.Name, logger);
        State = state;
        Health.Failed += () => EndWatches($"is out of service: {Health.Fault}");
        State.Failed = e => Health.Fail("Its state failed.", e);
        _metrics = new GroupMetrics(options.Name, node.Local.Id, folder.Path);
        Snapshots = new SnapshotStore(folder.Snapshots, options.Name, options.SnapshotsKept, logger) { Metrics = _metrics };
        _snapshotTaker = new SnapshotTaker(options, Snapshots, State, logger, time, _metrics);

        // The parts know each other in a circle: commands are applied by the engine's thread, and the proposer hears of them.
        var results = new AppliedCommandsRelay();
        var applier = new CommandApplier(options, State, results);
        ReplaceDamagedSnapshots(folder, options, time);
        if (Snapshots.Current is { } snapshot && snapshot.Index > State.Position.Index)
        {
            snapshot.Verify();
            applier.Install(snapshot.Folder);
        }

        var machine = new StateMachine(applier, Snapshots, _snapshotTaker.OnApplied, e => Health.Fail("A committed log entry could not be applied.", e));
        ConfigurationFormat = new ConfigurationFormat(options.Name, node.FormatEndPoint, node.ParseEndPoint);
        var configurations = new ConfigurationHistory(folder.Bootstrap, AppliedConfiguration.Decode(State.Get(StateKeys.Configuration), ConfigurationFormat));
        var guard = folder.OpenFlushGuard((Snapshots.Current?.Index ?? 0, State.Position.Index));
        var log = new DurableLog(LogOptions(folder, options), machine, ConfigurationFormat, configurations)
        {
            StateIndex = State.Position.Index,
            Vote = folder.OpenVote(),
            FlushGuard = guard,
            Flushed = _metrics.Flushed,
            Begun = folder.IsLogBegun ? null : folder.BeginLog,
            ReadLimit = (options.MaxBatchBytes, PeerMember.MaxEntriesPerMessage),
        };

        var leaseClock = LeaseClock.Of(time);
        var links = new PeerLinks(node, options, () => folder.Incarnation ?? Backups.Incarnation.Unknown, time);
        Peers = new GroupPeers(node.Local.Id, options.Voters, links);
        Engine = new DotNextEngine(
            options, node.Local.Id, log, machine, ConfigurationFormat, links, Snapshots, Health, folder.IsAdmitted,
            new EngineLogger(loggers.CreateLogger("Orleans.Replication.Raft.Consensus")), time, leaseClock);
        FollowConfiguration();
        Queue = new ProposalQueue(options, Engine, time, _metrics);
        _router = new ProposalRouter(options, node.Local.Id, Engine, _tenure, Queue, Peers, time);
        Proposer = new Proposer(options, _router, time, _metrics);
        results.Target = Proposer;
        Reads = new ReadIndexSource(options, node.Local.Id, Engine, _tenure, Peers, time, byLease: false);
        LeaseReads = new ReadIndexSource(options, node.Local.Id, Engine, _tenure, Peers, time, byLease: true);
        _roster = new Roster(options, node.Local.Id, Engine, Peers, ConfigurationFormat, time);
        _admission = new Admission(options, folder, Engine, Reads.WaitAsync, Peers, _roster.Of, node.Local.Id, logger, time);
        _divergence = new DivergenceWatch(options, node.Local.Id, Engine, State, Peers, Health, _metrics, logger, time) { QuarantinesBefore = folder.CountQuarantines(DivergenceWatch.IsReason) };
        LeaderMembership = new LeaderMembership(options, node.Local.Id, Engine, Peers, node.ParseEndPoint);
        Membership = new MembershipRequests(options, node.Local.Id, Engine, Peers, LeaderMembership, time);
        _autopilot = new Autopilot(node, options, Engine, LeaderMembership, Membership, waiting, logger, time);
        _preference = new LeaderPreference(options, node.Local.Id, Engine, Peers, logger, time);
    }

    public RaftGroupOptions Options { get; }

    /// <summary>The ids of the other members.</summary>
    public IEnumerable<string> PeerIds => Peers.Peers.Select(peer => peer.Id);

    /// <summary>Which life of the group this replica belongs to; null while it has no history and has not heard of any.</summary>
    public string? Incarnation => _folder.Incarnation;

    /// <summary>The last log entry that is no history of this incarnation.</summary>
    public long Base => _folder.Base;

    public ReplicaHealth Health { get; }

    public IConsensusEngine Engine { get; }

    public StateStore State { get; }

    public SnapshotStore Snapshots { get; }

    public Proposer Proposer { get; }

    public ProposalQueue Queue { get; }

    public ReadIndexSource Reads { get; }

    public ReadIndexSource LeaseReads { get; }

    public GroupPeers Peers { get; }

    public ConfigurationFormat ConfigurationFormat { get; }

    public LeaderMembership LeaderMembership { get; }

    public MembershipRequests Membership { get; }

    /// <summary>Why this member's files were moved aside, as long as its peers have not made it whole; null otherwise.</summary>
    public string? QuarantineReason => _folder.QuarantineReason;

    /// <exception cref="RaftStorageException">The group's folder cannot be used.</exception>
    public static GroupReplica Open(RaftNodeOptions node, RaftGroupOptions options, WaitingPeers waiting, ILoggerFactory loggers, TimeProvider time)
    {
        var folder = GroupFolder.Open(node, options, loggers.CreateLogger("Orleans.Replication.Raft.Group"));
        StateStore? state = null;
        try
        {
            state = StateStore.Open(folder.State);
            return new GroupReplica(node, options, folder, state, waiting, loggers, time);
        }
        catch (DotNext.IO.Log.IntegrityException e)
        {
            state?.Dispose();
            folder.Dispose();
            throw LogFiles.Damaged(folder.Log, e.Message, e);
        }
        catch
        {
            state?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="RaftGroupStatus.Divergence"/>
    public string? Divergence => _divergence.Alarm;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Engine.LeadershipChanged += _router.OnLeadershipChanged;
        Engine.LeadershipChanged += _tenure.End;
        Engine.LeadershipChanged += LogLeader;
        Engine.Committed += Queue.OnCommitted;
        Engine.ConfigurationChanged += FollowConfiguration;
        try
        {
            await Engine.StartAsync(cancellationToken).ConfigureAwait(false);
            SyncLogFolders();
        }
        catch (WriteAheadLog.HashMismatchException e)
        {
            throw LogFiles.Damaged(_folder.Log, "the checksum of an entry is wrong", e);
        }
        catch (Exception e) when (e is not RaftStorageException && FaultKinds.Of(e) == FaultKind.Damage)
        {
            throw LogFiles.Damaged(_folder.Log, e.Message, e);
        }

        _metrics.Begin(this);
        _snapshotTaker.Start();
        Queue.Start();
        Proposer.Start();
        if (!_folder.IsAdmitted)
            _admitting = _admission.RunAsync(_stopping.Token);
        _asking = _roster.RunAsync(_stopping.Token);
        _steering = Task.WhenAll(_autopilot.RunAsync(_stopping.Token), _preference.RunAsync(_stopping.Token));
        _comparing = _divergence.RunAsync(_stopping.Token);
    }

    /// <inheritdoc cref="RaftGroup.BackupAsync(Stream, CancellationToken)"/>
    public Task<RaftBackupInfo> BackupAsync(Stream destination, CancellationToken cancellationToken) =>
        new GroupBackup(_folder, Voters(), State, Snapshots, _time).WriteAsync(destination, cancellationToken);

    /// <inheritdoc cref="RaftGroup.TakeSnapshotAsync"/>
    public Task<long> TakeSnapshotAsync(CancellationToken cancellationToken) => _snapshotTaker.TakeAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _metrics.End();
        await _stopping.CancelAsync().ConfigureAwait(false);
        EndWatches("is stopped.");
        await Task.WhenAll(_admitting, _asking, _steering, _comparing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Engine.LeadershipChanged -= _router.OnLeadershipChanged;
        Engine.LeadershipChanged -= _tenure.End;
        Engine.LeadershipChanged -= LogLeader;
        Engine.Committed -= Queue.OnCommitted;
        Engine.ConfigurationChanged -= FollowConfiguration;
        try
        {
            await StopServingAsync().ConfigureAwait(false);
        }
        finally
        {
            // The state is closed only after those who use it have ended; then the folder is let go, whatever failed.
            await Engine.DisposeAsync().ConfigureAwait(false);
            await _snapshotTaker.DisposeAsync().ConfigureAwait(false);
            await Snapshots.DisposeAsync().ConfigureAwait(false);
            try
            {
                State.Dispose();
            }
            finally
            {
                LeaderMembership.Dispose();
                _folder.Dispose();
                _stopping.Dispose();
            }
        }
    }

    /// <summary>True once, for the one who closes this replica.</summary>
    public bool TryGiveUp() => Interlocked.Exchange(ref _isGivenUp, 1) == 0;

    /// <summary>A snapshot only stands for the state as it was: a state that is whole, and further, is as good. Another member's help is not needed.</summary>
    private void ReplaceDamagedSnapshots(GroupFolder folder, RaftGroupOptions options, TimeProvider time)
    {
        foreach (var (path, index, damage) in Snapshots.DamagedFolders)
        {
            if (options.OnDamage == DamagePolicy.Refuse || State.Position.Index < index)
                throw damage;
            var target = Quarantine.Move(folder.Path, [path], damage.Message, time.GetUtcNow());
            LogSnapshotReplaced(Options.Name, target, damage.Message);
        }

        if (Snapshots.DamagedFolders.Any(lost => lost.Index > (Snapshots.Current?.Index ?? 0)))
            Snapshots.Take(State);
    }

    private void EndWatches(string reason) => State.Watches.End($"This member's replica of group '{Options.Name}' {reason}");

    private async ValueTask StopServingAsync()
    {
        await Proposer.DisposeAsync().ConfigureAwait(false);
        await Queue.DisposeAsync().ConfigureAwait(false);
        await Reads.DisposeAsync().ConfigureAwait(false);
        await LeaseReads.DisposeAsync().ConfigureAwait(false);
        await _router.DisposeAsync().ConfigureAwait(false);
        await Peers.DisposeAsync().ConfigureAwait(false);
    }

    private IReadOnlyList<string> Voters() => [.. Engine.CommittedConfiguration.Configuration.Voters.Select(voter => voter.Id).Order(StringComparer.Ordinal)];

    private void FollowConfiguration() => Peers.Follow(Engine.Configuration);

    /// <summary>
    /// SAFETY S16: the names of the log's first files are on disk before anything is acknowledged. Those of later pages are not ours to sync:
    /// the library creates them; common file systems write a new file's name with its first fsync.
    /// </summary>
    private void SyncLogFolders()
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder.Log).Append(_folder.Log).Append(_folder.Path))
            DurableFile.SyncFolder(folder);
    }

    /// <summary>
    /// SAFETY S11: the chunk size is validated to be a power of two. SAFETY S16: checksums on, verified at the start. SAFETY S13: pages in private
    /// memory need no file handle each; the memory is bounded by <see cref="RaftGroupOptions.SnapshotBytes"/>. Written by calls instead of through
    /// a mapping, a full disk is an error that can be reported, not a signal that ends the process.
    /// </summary>
    private static WriteAheadLog.Options LogOptions(GroupFolder folder, RaftGroupOptions options) => new()
    {
        Location = folder.Log,
        ChunkSize = options.LogChunkBytes,
        MemoryManagement = WriteAheadLog.MemoryManagementStrategy.PrivateMemory,
        HashAlgorithm = WriteAheadLog.IntegrityHashAlgorithm.XxHash3,
    };

    private void LogLeader()
    {
        var leader = Engine.Leader;
        if (leader == Interlocked.Exchange(ref _knownLeader, leader))
            return;
        _metrics.LeaderChanged();
        if (leader is null)
            LogLeaderLost(Options.Name, Engine.Term);
        else
            LogLeaderFound(Options.Name, leader, Engine.Term);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A damaged snapshot of group '{Group}' is now in '{Folder}', and another one was taken of the state, which is whole: {Reason}")]
    private partial void LogSnapshotReplaced(string group, string folder, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Group '{Group}' is led by {Leader} in term {Term}.")]
    private partial void LogLeaderFound(string group, string leader, long term);

    [LoggerMessage(Level = LogLevel.Information, Message = "Group '{Group}' has lost its leader in term {Term}.")]
    private partial void LogLeaderLost(string group, long term);
}
