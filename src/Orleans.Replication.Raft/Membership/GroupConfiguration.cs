namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// Who is a member of a group. One configuration differs from the next by one member (Raft thesis §4.1: any majority of one then meets any majority of the other).
/// </summary>
internal sealed class GroupConfiguration
{
    private readonly RaftMember[] _members;

    /// <param name="members">The members, each once.</param>
    public GroupConfiguration(IEnumerable<RaftMember> members)
    {
        _members = [.. members.OrderBy(member => member.Id, StringComparer.Ordinal)];
        Voters = [.. _members.Where(member => member.Role == RaftMemberRole.Voter)];
    }

    /// <summary>All members, in the order of their ids.</summary>
    public IReadOnlyList<RaftMember> Members => _members;

    /// <summary>Those whose votes and disks count.</summary>
    public IReadOnlyList<RaftMember> Voters { get; }

    /// <summary>A group's first configuration.</summary>
    public static GroupConfiguration Of(IEnumerable<RaftPeer> voters) => new(voters.Select(voter => new RaftMember(voter.Id, voter.EndPoint, RaftMemberRole.Voter)));

    public RaftMember? Find(string id) => Array.Find(_members, member => member.Id == id);

    public bool IsVoter(string id) => Find(id)?.Role == RaftMemberRole.Voter;

    /// <summary>True when these are more than half of the voters.</summary>
    public bool IsMajority(Func<string, bool> isAmong) => Voters.Count(voter => isAmong(voter.Id)) > Voters.Count / 2;

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _members.Select(member => $"{member.Id} ({member.Role})"));

    /// <summary>With a member added, or in the place of the one with its id.</summary>
    public GroupConfiguration With(RaftMember member) => new(_members.Where(other => other.Id != member.Id).Append(member));

    public GroupConfiguration Without(string id) => new(_members.Where(member => member.Id != id));
}
