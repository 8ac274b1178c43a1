using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Whose votes make a leader.</summary>
public sealed class ElectionTallyTests
{
    private const long Term = 7;
    private static readonly GroupConfiguration Three = GroupConfiguration.Of([TestMember.Peer("a"), TestMember.Peer("b"), TestMember.Peer("c")]);

    [Fact]
    public void A_majority_of_the_voters_elects_and_less_does_not()
    {
        var tally = new ElectionTally();
        tally.Grant(Term, "a");
        Assert.False(tally.Elects("a", Term, Three));
        tally.Grant(Term, "a");
        Assert.False(tally.Elects("a", Term, Three));
        tally.Grant(Term, "c");
        Assert.True(tally.Elects("a", Term, Three));
    }

    /// <summary>A member that was removed may not know it, and grants what it is asked for: known as a bug of other systems.</summary>
    [Fact]
    public void The_votes_of_removed_members_count_for_nothing()
    {
        var tally = new ElectionTally();
        foreach (var voter in new[] { "a", "b", "c" })
            tally.Grant(Term, voter);
        var shrunk = new GroupConfiguration([.. Three.Without("b").Without("c").Members, Voter("d"), Voter("e")]);
        Assert.False(tally.Elects("a", Term, shrunk));
        tally.Grant(Term, "d");
        Assert.True(tally.Elects("a", Term, shrunk));
    }

    [Fact]
    public void The_votes_of_learners_count_for_nothing()
    {
        var tally = new ElectionTally();
        tally.Grant(Term, "a");
        tally.Grant(Term, "b");
        Assert.False(tally.Elects("a", Term, Three.With(Voter("b") with { Role = RaftMemberRole.Learner }).With(Voter("d"))));
    }

    [Fact]
    public void Votes_of_another_term_count_for_nothing()
    {
        var tally = new ElectionTally();
        tally.Grant(Term, "a");
        tally.Grant(Term, "b");
        Assert.False(tally.Elects("a", Term + 1, Three));
        tally.Grant(Term + 1, "a");
        tally.Grant(Term, "c");
        Assert.False(tally.Elects("a", Term + 1, Three));
        Assert.False(tally.Elects("a", Term, Three));
    }

    [Fact]
    public void Who_is_no_voter_itself_is_not_elected_by_those_who_are()
    {
        var tally = new ElectionTally();
        foreach (var voter in new[] { "a", "b", "c" })
            tally.Grant(Term, voter);
        Assert.False(tally.Elects("a", Term, Three.Without("a")));
        Assert.False(tally.Elects("a", Term, Three.With(Voter("a") with { Role = RaftMemberRole.Learner })));
    }

    private static RaftMember Voter(string id) => new(id, TestMember.Peer(id).EndPoint, RaftMemberRole.Voter);
}
