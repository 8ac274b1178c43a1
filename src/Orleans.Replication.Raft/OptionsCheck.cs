using System.Numerics;
using System.Text;

namespace Orleans.Replication.Raft;

/// <summary>Says of wrong options what to write instead.</summary>
internal static class OptionsCheck
{
    public static void Validate(RaftNodeOptions node)
    {
        Require(node.ClusterId.Length is >= 1 and <= 128, nameof(node.ClusterId), node.ClusterId, "1 to 128 characters");
        Require(node.Local.Id.Length is >= 1 and <= 256, nameof(node.Local), node.Local.Id, "an id of 1 to 256 characters");
        Require(node.DataDirectory.Length > 0, nameof(node.DataDirectory), node.DataDirectory, "a folder");
    }

    public static void Validate(RaftGroupOptions group, RaftPeer local)
    {
        Require(
            group.Name.Length is >= 1 and <= 64 && group.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && group.Name.Trim('.').Length > 0,
            nameof(group.Name), group.Name, "1 to 64 letters, digits, '-', '_' or '.'");
        var joins = group.Voters.Count > 0 && group.Voters.All(voter => voter.Id != local.Id);
        Require(
            joins || group.Voters.Count is 1 or 3 or 5, nameof(group.Voters), group.Voters.Count,
            "1, 3 or 5 members: one more than an odd number survives no more losses, and more than 5 are slower without being safer");
        Require(group.Voters.Select(voter => voter.Id).Distinct().Count() == group.Voters.Count, nameof(group.Voters), "the same member twice", "different members");
        Require(group.Tables.Select(table => table.Name).Distinct().Count() == group.Tables.Count, nameof(group.Tables), "two tables of one name", "different names");
        foreach (var table in group.Tables)
            Require(table.Name.Length >= 1 && Encoding.UTF8.GetByteCount(table.Name) <= 64, nameof(group.Tables), table.Name, "names of 1 to 64 bytes");
        ValidateTiming(group);
        ValidateSizes(group);
        ValidateMembership(group);
    }

    private static void ValidateMembership(RaftGroupOptions group)
    {
        Require(group.MaxVoters is 1 or 3 or 5, nameof(group.MaxVoters), group.MaxVoters, "1, 3 or 5: an even number survives no more losses than the odd one below it");
        Require(
            group.DeadVoterGracePeriod >= 2 * group.MaxElectionTimeout && group.DeadVoterGracePeriod <= TimeSpan.FromDays(30), nameof(group.DeadVoterGracePeriod),
            group.DeadVoterGracePeriod, $"at least twice {nameof(group.MaxElectionTimeout)}, at most 30 days");
    }

    private static void ValidateTiming(RaftGroupOptions group)
    {
        Require(
            group.MinElectionTimeout >= TimeSpan.FromMilliseconds(50) && group.MinElectionTimeout <= TimeSpan.FromMinutes(1), nameof(group.MinElectionTimeout),
            group.MinElectionTimeout, "50 ms to 1 minute");
        Require(
            group.MaxElectionTimeout >= group.MinElectionTimeout * 1.5 && group.MaxElectionTimeout <= TimeSpan.FromMinutes(5), nameof(group.MaxElectionTimeout),
            group.MaxElectionTimeout, $"at least 1.5 times {nameof(group.MinElectionTimeout)} (SAFETY S17: a narrow range splits votes), at most 5 minutes");
        Require(group.MaxClockDrift is >= 0 and <= 1, nameof(group.MaxClockDrift), group.MaxClockDrift, "a part from 0 to 1, for example 0.2");
        Require(
            group.VoteTimeout > TimeSpan.Zero && group.VoteTimeout < group.MinElectionTimeout, nameof(group.VoteTimeout), group.VoteTimeout,
            $"more than 0 and less than {nameof(group.MinElectionTimeout)} (SAFETY S8: a hung peer must not hold up an election)");
        Require(group.AppendTimeout >= group.MinElectionTimeout, nameof(group.AppendTimeout), group.AppendTimeout, $"at least {nameof(group.MinElectionTimeout)}");
        Require(group.ProposalTimeout > TimeSpan.Zero, nameof(group.ProposalTimeout), group.ProposalTimeout, "more than 0");
        Require(group.ReadTimeout > TimeSpan.Zero, nameof(group.ReadTimeout), group.ReadTimeout, "more than 0");
        Require(group.LeaderPriority is >= 0 and <= 100, nameof(group.LeaderPriority), group.LeaderPriority, "0 to 100");
        Require(
            group.LeaderPriorityCheckInterval == TimeSpan.Zero || group.LeaderPriorityCheckInterval >= TimeSpan.FromMilliseconds(10), nameof(group.LeaderPriorityCheckInterval),
            group.LeaderPriorityCheckInterval, "0 for never, or at least 10 ms");
        Require(group.StateMachineVersion >= 0, nameof(group.StateMachineVersion), group.StateMachineVersion, "0 for none, or more");
        Require(group.SessionTimeout >= TimeSpan.FromMinutes(1), nameof(group.SessionTimeout), group.SessionTimeout, "at least 1 minute");
    }

    private static void ValidateSizes(RaftGroupOptions group)
    {
        Require(group.MaxCommandBytes is >= 1024 and <= 32 << 20, nameof(group.MaxCommandBytes), group.MaxCommandBytes, "1 KiB to 32 MiB");
        Require(group.MaxBatchBytes is >= 4096 and <= 16 << 20, nameof(group.MaxBatchBytes), group.MaxBatchBytes, "4 KiB to 16 MiB");
        Require(group.MaxQueuedProposals is >= 1 and <= 1 << 20, nameof(group.MaxQueuedProposals), group.MaxQueuedProposals, "1 to 1,048,576");
        Require(group.MaxQueuedBytes >= group.MaxCommandBytes, nameof(group.MaxQueuedBytes), group.MaxQueuedBytes, $"at least {nameof(group.MaxCommandBytes)}");
        Require(
            group.LogChunkBytes is >= 64 << 10 and <= 64 << 20 && BitOperations.IsPow2(group.LogChunkBytes), nameof(group.LogChunkBytes), group.LogChunkBytes,
            "a power of two from 65,536 to 67,108,864 (SAFETY S11: any other size corrupts the log)");
        Require(group.SnapshotEntries is >= 100 and <= 2_000_000, nameof(group.SnapshotEntries), group.SnapshotEntries, "100 to 2,000,000 (SAFETY S13)");
        Require(group.SnapshotBytes >= 1 << 20, nameof(group.SnapshotBytes), group.SnapshotBytes, "at least 1 MiB");
        Require(
            group.SnapshotInterval == TimeSpan.Zero || group.SnapshotInterval >= TimeSpan.FromSeconds(1), nameof(group.SnapshotInterval), group.SnapshotInterval,
            "0, or at least 1 second");
        Require(
            group.DiskProbeInterval >= TimeSpan.FromMilliseconds(10) && group.DiskProbeInterval <= TimeSpan.FromHours(1), nameof(group.DiskProbeInterval), group.DiskProbeInterval,
            "10 ms to 1 hour");
        Require(
            group.DivergenceCheckInterval == TimeSpan.Zero || (group.DivergenceCheckInterval >= TimeSpan.FromMilliseconds(10) && group.DivergenceCheckInterval <= TimeSpan.FromHours(1)),
            nameof(group.DivergenceCheckInterval), group.DivergenceCheckInterval, "0, or 10 ms to 1 hour");
        Require(group.SnapshotsKept is >= 1 and <= 100, nameof(group.SnapshotsKept), group.SnapshotsKept, "1 to 100");
        Require(
            group.SnapshotBytesPerSecond is 0 or >= 64 << 10, nameof(group.SnapshotBytesPerSecond), group.SnapshotBytesPerSecond,
            "0 for no limit, or at least 65,536");
        Require(
            group.SnapshotPartTimeout >= TimeSpan.FromMilliseconds(100) && group.SnapshotPartTimeout <= TimeSpan.FromMinutes(10), nameof(group.SnapshotPartTimeout),
            group.SnapshotPartTimeout, "100 ms to 10 minutes");
    }

    private static void Require<T>(bool condition, string option, T found, string expected)
    {
        if (!condition)
            throw new ArgumentException($"{option} is '{found}'; it has to be {expected}.");
    }
}
