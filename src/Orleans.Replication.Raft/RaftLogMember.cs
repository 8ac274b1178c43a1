namespace Orleans.Replication.Raft;

/// <summary>A member in a configuration of a log.</summary>
/// <param name="Id">The member's identity.</param>
/// <param name="Address">Where it is, as <see cref="RaftNodeOptions.FormatEndPoint"/> wrote it.</param>
/// <param name="Role">Whether it votes.</param>
public sealed record RaftLogMember(string Id, string Address, RaftMemberRole Role);
