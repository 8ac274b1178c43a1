namespace Orleans.Replication.Raft;

/// <summary>Which version of the tables' code each member of a group declares (<see cref="RaftGroupOptions.StateMachineVersion"/>).</summary>
/// <param name="ConfigurationIndex">
/// The members that were asked, as <see cref="CommandContext.ConfigurationIndex"/> has it: a command that finds another one there comes after a change of members.
/// </param>
/// <param name="Members">
/// The versions by the members' ids. Null for a member that did not answer, is out of service or being made whole; 0 for one that declares none, as earlier software.
/// </param>
public sealed record MemberVersions(long ConfigurationIndex, IReadOnlyDictionary<string, int?> Members);
