namespace Orleans.Replication.Raft;

/// <summary>What a recovery has done.</summary>
/// <param name="Member">The survivor: now the group's only voter.</param>
/// <param name="Incarnation">The group's new incarnation.</param>
/// <param name="FormerVoters">Who the voters were.</param>
/// <param name="LastIndex">The last entry of the log, all of which the group now has.</param>
/// <param name="Term">The member's term.</param>
/// <param name="Undecided">
/// How many of the last entries the member did not know to be committed: they may have been acknowledged, or not, and are kept.
/// </param>
public sealed record RaftRecovery(string Member, string Incarnation, IReadOnlyList<string> FormerVoters, long LastIndex, long Term, long Undecided);
