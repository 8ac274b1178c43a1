using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orleans.Replication.Raft.Diagnostics;

/// <summary>The meter <c>Orleans.Replication.Raft</c>. Every measurement has the tags <c>group</c> and <c>member</c>.</summary>
internal static class Instruments
{
    public const string Name = "Orleans.Replication.Raft";

    private static readonly Meter Meter = new(Name);
    private static readonly Lock Gate = new();
    private static volatile GroupMetrics[] _groups = [];

    public static readonly Counter<long> LeaderChanges = Meter.CreateCounter<long>(
        "orleans.replication.raft.leader.changes", "{change}", "How often this replica has learned of another leader, or of none.");

    public static readonly Counter<long> Proposals = Meter.CreateCounter<long>(
        "orleans.replication.raft.proposals", "{proposal}", "Proposals of this member by outcome: ok, version_mismatch, rejected, unavailable, busy, unknown, cancelled.");

    public static readonly Histogram<double> ProposalDuration = Meter.CreateHistogram<double>(
        "orleans.replication.raft.proposal.duration", "s", "From the proposal to its result, by outcome.");

    public static readonly Histogram<long> BatchCommands = Meter.CreateHistogram<long>(
        "orleans.replication.raft.batch.commands", "{command}", "How many commands the leader put into one log entry.");

    public static readonly Histogram<long> BatchBytes = Meter.CreateHistogram<long>("orleans.replication.raft.batch.size", "By", "How large a log entry of the leader was.");

    public static readonly Histogram<double> RoundDuration = Meter.CreateHistogram<double>(
        "orleans.replication.raft.round.duration", "s", "From the leader's append of an entry until it was on a majority's disks and applied here.");

    public static readonly Histogram<double> FlushDuration = Meter.CreateHistogram<double>(
        "orleans.replication.raft.flush.duration", "s", "How long the log took to reach the disk: a follower's append, or a commit with the leader's own flush.");

    public static readonly Histogram<double> SnapshotDuration = Meter.CreateHistogram<double>(
        "orleans.replication.raft.snapshot.duration", "s", "How long a snapshot of the own state took; tag ok.");

    public static readonly Counter<long> SnapshotTransferSize = Meter.CreateCounter<long>(
        "orleans.replication.raft.snapshot.transfer.size", "By", "Bytes of snapshots, part by part as they move; tags peer and direction: sent, received.");

    public static readonly Counter<long> Divergences = Meter.CreateCounter<long>(
        "orleans.replication.raft.divergences", "{difference}", "Differences between the members' states that this replica has found; tag verdict: self, peer, undecided.");

    static Instruments()
    {
        Gauge("orleans.replication.raft.term", "{term}", "The current term.", status => status.Engine.Term);
        Observe("orleans.replication.raft.role", "{replica}", "1, with the replica's role as tag.", group => [group.With(1, "role", group.Replica.Engine.Role.ToString().ToLowerInvariant())]);
        Gauge("orleans.replication.raft.leader.known", "{replica}", "1 while this replica knows a leader, else 0.", replica => replica.Engine.Leader is null ? 0 : 1);
        Gauge("orleans.replication.raft.fault", "{replica}", "1 while this replica is out of service, else 0.", replica => replica.Health.Fault is null ? 0 : 1);
        Gauge("orleans.replication.raft.divergence", "{replica}", "1 while the members' states differ and no majority of them is equal, else 0.", replica => replica.Divergence is null ? 0 : 1);
        Gauge("orleans.replication.raft.log.commit_index", "{entry}", "Up to which entry the log is known to be committed.", replica => replica.Engine.CommitIndex);
        Gauge("orleans.replication.raft.log.applied_index", "{entry}", "Up to which entry the log is applied here.", replica => replica.Engine.AppliedIndex);
        Gauge("orleans.replication.raft.log.apply_lag", "{entry}", "How many committed entries wait to be applied here.", replica => Math.Max(0, replica.Engine.CommitIndex - replica.Engine.AppliedIndex));
        Gauge("orleans.replication.raft.log.last_index", "{entry}", "The last entry of the log.", replica => replica.Engine.LastIndex);
        Gauge("orleans.replication.raft.snapshot.index", "{entry}", "The entry of the newest snapshot; 0 without one.", replica => replica.Snapshots.Current?.Index ?? 0);
        Gauge("orleans.replication.raft.queue.proposals", "{proposal}", "Proposals of this member that wait for their result.", replica => replica.Proposer.Waiting.Commands);
        Gauge("orleans.replication.raft.queue.size", "By", "Bytes of the proposals of this member that wait for their result.", replica => replica.Proposer.Waiting.Bytes);
        Gauge("orleans.replication.raft.leader_queue.proposals", "{proposal}", "Proposals that wait to enter the log, on the leader.", replica => replica.Queue.Waiting.Commands);
        Gauge("orleans.replication.raft.leader_queue.size", "By", "Bytes of the proposals that wait to enter the log, on the leader.", replica => replica.Queue.Waiting.Bytes);
        Observe("orleans.replication.raft.peer.lag", "{entry}", "On the leader: how many entries a peer has not acknowledged to have on disk; tag peer.", group => group.PeerLags());
        Observe("orleans.replication.raft.disk.size", "By", "What the group takes on disk; tag part: log, state, snapshots.", group => group.DiskUse());
    }

    /// <summary>Begins to report a replica.</summary>
    public static void Add(GroupMetrics group)
    {
        lock (Gate)
            _groups = [.. _groups, group];
    }

    /// <summary>Ends to report a replica.</summary>
    public static void Remove(GroupMetrics group)
    {
        lock (Gate)
            _groups = [.. _groups.Where(other => other != group)];
    }

    /// <summary>Seconds since a time stamp of <see cref="Stopwatch"/>.</summary>
    public static double Since(long timestamp) => Stopwatch.GetElapsedTime(timestamp).TotalSeconds;

    private static void Gauge(string name, string unit, string description, Func<GroupReplica, long> read) =>
        Observe(name, unit, description, group => [group.Plain(read(group.Replica))]);

    private static void Observe(string name, string unit, string description, Func<GroupMetrics, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableGauge(name, () => _groups.SelectMany(group => group.Read(read)), unit, description);
}
