namespace Orleans.Configuration;

/// <summary>
/// How this silo replicates. Without any value it is a group of one on loopback, with its data below <c>./data</c>. Bound from
/// <c>Orleans:Replication</c>; <see cref="Peers"/>, <see cref="Groups"/> and <see cref="ClusterId"/> have to be the same on every silo.
/// </summary>
public sealed class RaftReplicationOptions
{
    /// <summary>The section of the configuration that is bound to it.</summary>
    public const string ConfigurationSection = "Orleans:Replication";

    /// <summary>
    /// The folder of everything that this silo keeps, relative to the current directory; made when it is missing. It has the silo's identity
    /// (<c>identity.key</c>) and its replicas (<c>groups</c>), and belongs to one silo at a time. Default: <c>data</c>.
    /// </summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>
    /// The addresses to listen on for peers, for example <c>/ip4/0.0.0.0/tcp/4001</c>; port 0 takes a free one. Default: this silo's own address in
    /// <see cref="Peers"/>, and a free port on loopback when there are no peers either.
    /// </summary>
    public IList<string> ListenAddresses { get; set; } = [];

    /// <summary>
    /// Every voter's address with its peer id, this silo's own included, for example <c>/ip4/10.0.0.2/tcp/4001/p2p/12D3Koo…</c>: 1, 3 or 5 of them.
    /// A peer may have several addresses, one in each line. <c>orleans-replication keygen --data DIR</c> makes the identity in a data folder and prints its peer id. Default: none,
    /// which makes this silo a group of its own.
    /// </summary>
    public IList<string> Peers { get; set; } = [];

    /// <summary>
    /// For a silo that is to join groups that exist: the addresses of some of their members, with their peer ids, in place of <see cref="Peers"/>. With a <see cref="JoinToken"/> it
    /// asks them; it waits until it is added, as a learner or a voter, on any of the group's members: <see cref="Orleans.Replication.Raft.RaftGroup.AddVoterAsync"/>. Once it is a member, it
    /// goes by what its data folder says. Default: none.
    /// </summary>
    public IList<string> JoinAddresses { get; set; } = [];

    /// <summary>
    /// A secret of 16 to 1,024 characters that the silos share with those that are to join. With it a silo opens a door for silos that are no members yet: any peer may connect to it, 32 at
    /// a time, is refused everything but the one question, and is listed as waiting (<see cref="Orleans.Replication.Raft.RaftGroupStatus.Waiting"/>) when it says the token; a silo with
    /// <see cref="JoinAddresses"/> says it. Default: none, and an operator adds silos that have not asked.
    /// </summary>
    [Redact]
    public string? JoinToken { get; set; }

    /// <summary>
    /// True adds silos that ask with the <see cref="JoinToken"/> by itself, as learners, while a group has fewer than 16 members, and promotes learners that have caught up while it has fewer
    /// than <see cref="MaxVoters"/> voters, those that an operator has added or demoted as well. Default: false. The same on every silo.
    /// </summary>
    public bool AutoAdmit { get; set; }

    /// <summary>How many voters <see cref="AutoAdmit"/> makes in each group: 1, 3 or 5. Default: 3, which survives the loss of one; 5 survive two, and each write waits for three disks.</summary>
    public int MaxVoters { get; set; } = 3;

    /// <summary>
    /// True replaces a voter that has been silent for <see cref="DeadVoterGracePeriod"/> by a learner that has caught up; the voter becomes a learner. Default: false. The same on every silo.
    /// </summary>
    public bool ReplaceDeadVoters { get; set; }

    /// <summary>How long a voter has to be silent to be replaced. Default: 10 minutes, more than a restart or an upgrade takes; at least twice <see cref="MaxElectionTimeout"/>.</summary>
    public TimeSpan DeadVoterGracePeriod { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How much this silo is to lead its groups: 0 to 100. Default: 0. A leader hands over to a silo with a higher one within some 10 seconds, when that is in touch and has everything committed; any
    /// silo leads while there is none.
    /// </summary>
    public int LeaderPriority { get; set; }

    /// <summary>
    /// The name that peers must share: 1 to 128 characters; data and messages of another name are refused. Default:
    /// <see cref="ClusterOptions.ClusterId"/>. Name it here when deployments over the same data change that.
    /// </summary>
    public string? ClusterId { get; set; }

    /// <summary>
    /// The peer ids that may administer this silo with <c>orleans-replication</c>, beside the members themselves. They may connect and ask; they are no members. Default: none.
    /// <c>orleans-replication keygen --data DIR</c> makes an identity for an operator as well.
    /// </summary>
    public IList<string> Administrators { get; set; } = [];

    /// <summary>
    /// A secret of 16 to 1,024 characters: whoever has it may administer this silo, from whichever peer id. Any peer may then connect, and is refused everything until it has
    /// said the token. Keep it out of files that others read; prefer <see cref="Administrators"/>. Default: none.
    /// </summary>
    [Redact]
    public string? AdminToken { get; set; }

    /// <summary>
    /// A secret of 16 to 1,024 characters that the silos share with clients and with silos that hold no replica: whoever has it may read, write and watch all replicated states of this silo's
    /// groups through this silo, and read and write the records of this package's providers, the silos' membership table among them. Give it to those alone who are trusted as a silo is. With it any peer may connect, 32 at a time, and is refused everything until it has said the token; 128 connections that have said it stay.
    /// Default: none, and there is no such door. The same on every silo.
    /// </summary>
    [Redact]
    public string? AccessToken { get; set; }

    /// <summary>The names of further groups, beside <c>default</c>: 1 to 64 letters, digits, '-', '_' or '.'. Each has a log and a leader of its own.</summary>
    public IList<string> Groups { get; set; } = [];

    /// <summary>
    /// The version of the operations in this silo's code: 1 or more, the same on every silo of one release, raised by a release that changes what operations do
    /// (<see cref="Replication.OperationContext.Version"/>) or adds some (<see cref="Replication.SinceVersionAttribute"/>). It comes into force in a group once every member of the group
    /// has it, and a silo with a lower one is refused from then on. Default: 1.
    /// </summary>
    public int OperationsVersion { get; set; } = 1;

    /// <summary>
    /// How long the start of the silo waits, before it becomes active, until its replicas have all that was acknowledged before. After it the silo
    /// starts all the same, with a warning; calls then wait, or say that the group is unavailable. Default: 30 s; zero: do not wait.
    /// </summary>
    public TimeSpan CatchUpTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The least time without a word from the leader after which a follower asks for votes. Default: 300 ms, at least 50 ms. Higher survives longer
    /// pauses and slower networks, lower notices a dead leader earlier.
    /// </summary>
    public TimeSpan MinElectionTimeout { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The most time without a word from the leader; each wait is drawn at random between the two. Default: 900 ms.</summary>
    public TimeSpan MaxElectionTimeout { get; set; } = TimeSpan.FromMilliseconds(900);

    /// <summary>
    /// By which part the clock of one silo may run faster than another's, for <see cref="Replication.ReadConsistency.Lease"/>. Default: 0.2, two clocks that are slewed
    /// against each other by 8.3 % each, the most that chrony does; 0 to 1. Steps of the wall clock do not matter.
    /// </summary>
    public double MaxClockDrift { get; set; } = 0.2;

    /// <summary>How long a vote may take. Default: 200 ms; must be below <see cref="MinElectionTimeout"/>.</summary>
    public TimeSpan VoteTimeout { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long one message with log entries may take. Default: 2 s.</summary>
    public TimeSpan AppendTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a write may take in all, retries included. Default: 10 s. Keep it below Orleans' response timeout, so that callers get the real error.</summary>
    public TimeSpan ProposalTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a linearizable read may wait for its read index. Default: 5 s.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the runtime's own accesses, to the membership table, to grain directories and to the storage of stream subscriptions (<c>PubSubStore</c>), may take while the silo
    /// stops. Default: 1.5 s, the longest election; 100 ms to 1 minute. The silos that stop last have no quorum any more to record their end and that of their grains, and would wait for
    /// it. Longer makes it likelier that a slow group still hears of the end; shorter stops faster. A silo whose end was not recorded is declared dead by the others, or by its own next
    /// start on the same endpoint. What grains themselves write when they are deactivated may take its time (<see cref="ProposalTimeout"/>).
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The largest command in bytes: a serialized operation or state with its key. Default: 8 MiB, at most 32 MiB.</summary>
    public int MaxCommandBytes { get; set; } = 8 << 20;

    /// <summary>How many bytes of commands go into one log entry at most. Default: 1 MiB.</summary>
    public int MaxBatchBytes { get; set; } = 1 << 20;

    /// <summary>How many writes may wait on this silo, for each group; more are refused as unavailable. Default: 16,384.</summary>
    public int MaxQueuedProposals { get; set; } = 16_384;

    /// <summary>How many bytes of writes may wait on this silo, for each group. Default: 64 MiB.</summary>
    public long MaxQueuedBytes { get; set; } = 64 << 20;

    /// <summary>The size of a file of the log: a power of two, 64 KiB to 64 MiB. Default: 1 MiB.</summary>
    public int LogChunkBytes { get; set; } = 1 << 20;

    /// <summary>A snapshot is taken when this many log entries were applied since the last. Default: 100,000; at least 100.</summary>
    public long SnapshotEntries { get; set; } = 100_000;

    /// <summary>A snapshot is taken when this many bytes of log were applied since the last. Default: 64 MiB.</summary>
    public long SnapshotBytes { get; set; } = 64 << 20;

    /// <summary>A silo that wrote nothing for so long is forgotten, and a late retry of its is refused. Default: 1 hour, by the leader's clock.</summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromHours(1);
}
