using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft;

/// <content>The versions of the members' code.</content>
public sealed partial class RaftGroup
{
    /// <summary>
    /// Asks every member, voters and learners, for the version of its code (<see cref="RaftGroupOptions.StateMachineVersion"/>). Waits <see cref="RaftGroupOptions.AppendTimeout"/> at most. A
    /// member may be stopped and started with other code as soon as it has answered.
    /// </summary>
    /// <returns>The answers; null while a change of members is not applied here, or on a process that is no member.</returns>
    /// <exception cref="GroupUnavailableException">The group is not started, or out of service here.</exception>
    public async Task<MemberVersions?> GetStateMachineVersionsAsync(CancellationToken cancellationToken = default)
    {
        var replica = Serving;

        // In this order: members that are newer than the index make a command that relies on it come too late, and never too early.
        var index = AppliedConfiguration.IndexOf(replica.State.Get(StateKeys.Configuration));
        var logged = replica.Engine.Configuration;
        if (logged.Index > replica.Engine.AppliedIndex || logged.Configuration.Find(LocalId) is null)
            return null;
        var answers = await Task.WhenAll(logged.Configuration.Members.Select(member => AskVersionAsync(replica, member.Id, cancellationToken))).ConfigureAwait(false);
        return new MemberVersions(index, answers.ToDictionary(answer => answer.Member, answer => answer.Version));
    }

    private async Task<(string Member, int? Version)> AskVersionAsync(GroupReplica replica, string member, CancellationToken cancellationToken)
    {
        if (member == LocalId)
            return (member, _options.StateMachineVersion);
        if (!replica.Peers.TryGetValue(member, out var channel))
            return (member, null);
        try
        {
            var status = await channel.CallAsync(new GroupRequest { Status = new Status() }, _options.AppendTimeout, cancellationToken).ConfigureAwait(false);
            return (member, status.Answer == Answer.Ok ? status.StateMachineVersion : null);
        }
        catch (PeerUnavailableException)
        {
            return (member, null);
        }
    }
}
