namespace Orleans.Replication.Raft;

/// <summary>A group's members, tables, timing and limits. Members and tables have to be the same on every replica.</summary>
public sealed class RaftGroupOptions
{
    /// <summary>The group's name: 1 to 64 letters, digits, '-', '_' or '.', since it names a folder.</summary>
    public string Name { get; init; } = "default";

    /// <summary>
    /// The voters that begin the group, this member included: 1, 3 or 5, the same on each of them. Or, on a member that is to be added to a group, some of the group's members: it asks
    /// them, and waits until <see cref="RaftGroup.AddLearnerAsync"/> is called on any of them. Once the group's members have been changed, every member goes by the group's log, and
    /// this list is not looked at again.
    /// </summary>
    public required IReadOnlyList<RaftPeer> Voters { get; init; }

    /// <summary>The tables of the state.</summary>
    public required IReadOnlyList<IReplicatedTable> Tables { get; init; }

    /// <summary>
    /// True adds whoever asks to join (<see cref="RaftGroup.RegisterJoinRequest"/>) as a learner, while the group has fewer than 16 members, and promotes learners that have caught up while it has
    /// fewer than <see cref="MaxVoters"/> voters: those that an operator has added or demoted as well. Default false: an operator adds and promotes. The same on every member.
    /// </summary>
    public bool AutoAdmit { get; init; }

    /// <summary>
    /// How many voters <see cref="AutoAdmit"/> makes: 1, 3 or 5. Default 3, which survives the loss of one; 5 survive two, and each write waits for three disks. An operator may add more.
    /// </summary>
    public int MaxVoters { get; init; } = 3;

    /// <summary>
    /// True replaces a voter that the leader has not heard from for <see cref="DeadVoterGracePeriod"/> by a learner that has caught up: the learner is promoted, then the voter becomes a
    /// learner. Never without a majority that is alive. Default false: an operator does. The same on every member.
    /// </summary>
    public bool ReplaceDeadVoters { get; init; }

    /// <summary>
    /// How long a voter has to be silent, to one and the same leader, to be called dead. Default 10 minutes, more than a restart or an upgrade takes; at least twice
    /// <see cref="MaxElectionTimeout"/>, at most 30 days. Shorter replaces voters that would have come back, longer leaves the group one loss nearer to a halt.
    /// </summary>
    public TimeSpan DeadVoterGracePeriod { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How much this member is to lead: 0 to 100, default 0. A leader hands over to a voter with a higher one that is in touch and has everything committed. Any member is elected as
    /// ever: a low priority never leaves the group without a leader, and a high one costs a second election after a failure.
    /// </summary>
    public int LeaderPriority { get; init; }

    /// <summary>
    /// How often a leader asks the voters for their <see cref="LeaderPriority"/>. Default 5 s; at least 10 ms; 0 for never. It hands over to one that was the better at two times, one after the other.
    /// </summary>
    public TimeSpan LeaderPriorityCheckInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The least time without a word from the leader after which a follower asks for votes. Default 300 ms, at least 50 ms. Heartbeats are sent
    /// every third of it. Higher survives longer pauses, lower notices a dead leader earlier (SAFETY S17).
    /// </summary>
    public TimeSpan MinElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// The most time without a word from the leader; each wait is drawn at random between the two. Default 900 ms. A wide range avoids split
    /// votes (SAFETY S17).
    /// </summary>
    public TimeSpan MaxElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(900);

    /// <summary>
    /// By which part the clock of one member may run faster than another's, for reads by a leader's lease (<see cref="RaftGroup.ReadByLeaseAsync"/>): 0.2
    /// when one may gain 200 ms a second on another. A lease lasts <see cref="MinElectionTimeout"/> divided by 1 + this, less a millisecond. Default 0.2: two
    /// clocks that are slewed against each other by 8.3 % each, the most that chrony does; 0 to 1. Where clocks can differ by more, do not read by lease.
    /// Steps of the wall clock do not matter.
    /// </summary>
    public double MaxClockDrift { get; init; } = 0.2;

    /// <summary>How long a vote may take. Default 200 ms; must be below <see cref="MinElectionTimeout"/> (SAFETY S8).</summary>
    public TimeSpan VoteTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long one message with log entries may take. Default 2 s.</summary>
    public TimeSpan AppendTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a proposal may take in all, retries included. Default 10 s.</summary>
    public TimeSpan ProposalTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a linearizable read may wait for its read index. Default 5 s.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest command, key and payload together, in bytes. Default 8 MiB, at most 32 MiB.</summary>
    public int MaxCommandBytes { get; init; } = 8 << 20;

    /// <summary>How many bytes of commands go into one log entry at most. Default 1 MiB. A single larger command still gets an entry of its own.</summary>
    public int MaxBatchBytes { get; init; } = 1 << 20;

    /// <summary>How many proposals may wait on this member; above, a proposal is refused with <see cref="GroupUnavailableException"/>. Default 16,384.</summary>
    public int MaxQueuedProposals { get; init; } = 16384;

    /// <summary>How many bytes of proposals may wait on this member. Default 64 MiB.</summary>
    public long MaxQueuedBytes { get; init; } = 64 << 20;

    /// <summary>The size of a file of the log: a power of two, 64 KiB to 64 MiB. Default 1 MiB (SAFETY S11).</summary>
    public int LogChunkBytes { get; init; } = 1 << 20;

    /// <summary>A snapshot is taken when this many log entries were applied since the last. Default 100,000; at least 100 (SAFETY S13).</summary>
    public long SnapshotEntries { get; init; } = 100_000;

    /// <summary>
    /// A snapshot is taken when this many bytes of log were applied since the last. Default 64 MiB; at least 1 MiB. The log since the last snapshot
    /// is also held in memory. While a member is sent a snapshot, the log behind it is kept up to four times as long.
    /// </summary>
    public long SnapshotBytes { get; init; } = 64 << 20;

    /// <summary>
    /// A snapshot is also taken when this much time has passed since the last, if anything was applied since. Default 1 hour; 0 for never.
    /// </summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How many snapshots stay on disk. Default 1, at least 1: only the newest goes together with the log. More of them cost what was rewritten in between,
    /// since they share their files.
    /// </summary>
    public int SnapshotsKept { get; init; } = 1;

    /// <summary>What to do when this member's files turn out to be damaged. Default: move them aside and let the peers make the member whole.</summary>
    public DamagePolicy OnDamage { get; init; } = DamagePolicy.Quarantine;

    /// <summary>
    /// How often a member whose disk is full or refuses writes tries whether it takes them again. Default 5 s; at least 10 ms. The group is then opened anew, with
    /// what is really on disk.
    /// </summary>
    public TimeSpan DiskProbeInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often this member compares the hashes of its state's changes with its peers' (SAFETY 14). Default 10 s; at least 10 ms; 0 for never. A question to each peer, and some
    /// kilobytes of answer.
    /// </summary>
    public TimeSpan DivergenceCheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How fast a member is sent a snapshot, in bytes per second; at least 64 KiB. Default 0: as fast as it takes it.</summary>
    public long SnapshotBytesPerSecond { get; init; }

    /// <summary>
    /// How long one part of a snapshot, 256 KiB at most, may take. Default 10 s. The whole may take as long as it needs: entries and heartbeats do not wait for it.
    /// </summary>
    public TimeSpan SnapshotPartTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A session that proposed nothing for so long is forgotten, and its later commands are refused. Default 1 hour, by the leader's clock.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The version of this member's code for the tables, which it tells a member that asks (<see cref="RaftGroup.GetStateMachineVersionsAsync"/>). The group makes nothing of it: a table may
    /// hold new behaviour back until all members have it. Default 0: nothing is declared; not negative. The same for the same code.
    /// </summary>
    public int StateMachineVersion { get; init; }

    /// <summary>The largest message of the group: an entry that one largest command fills, with what surrounds it.</summary>
    internal int MaxMessageBytes => MaxCommandBytes + MaxBatchBytes + Wire.WireVersion.OverheadBytes;
}
