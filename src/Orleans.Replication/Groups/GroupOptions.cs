using Orleans.Configuration;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Groups;

/// <summary>Hands a silo's options on to its groups.</summary>
internal static class GroupOptions
{
    public static RaftGroupOptions Create(
        string name,
        IReadOnlyList<RaftPeer> voters,
        IReadOnlyList<IReplicatedTable> tables,
        RaftReplicationOptions options) => new()
        {
            Name = name,
            Voters = voters,
            Tables = tables,
            AutoAdmit = options.AutoAdmit,
            MaxVoters = options.MaxVoters,
            ReplaceDeadVoters = options.ReplaceDeadVoters,
            DeadVoterGracePeriod = options.DeadVoterGracePeriod,
            LeaderPriority = options.LeaderPriority,
            MinElectionTimeout = options.MinElectionTimeout,
            MaxElectionTimeout = options.MaxElectionTimeout,
            MaxClockDrift = options.MaxClockDrift,
            VoteTimeout = options.VoteTimeout,
            AppendTimeout = options.AppendTimeout,
            ProposalTimeout = options.ProposalTimeout,
            ReadTimeout = options.ReadTimeout,
            MaxCommandBytes = options.MaxCommandBytes,
            MaxBatchBytes = options.MaxBatchBytes,
            MaxQueuedProposals = options.MaxQueuedProposals,
            MaxQueuedBytes = options.MaxQueuedBytes,
            LogChunkBytes = options.LogChunkBytes,
            SnapshotEntries = options.SnapshotEntries,
            SnapshotBytes = options.SnapshotBytes,
            SessionTimeout = options.SessionTimeout,
            StateMachineVersion = options.OperationsVersion,
        };
}
