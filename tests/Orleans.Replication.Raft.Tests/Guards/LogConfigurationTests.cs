using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>The members of a group in its log: they count when their entry is there, and only then.</summary>
public sealed class LogConfigurationTests
{
    private const long Term = 100;

    private static readonly GroupConfiguration Two = GroupConfiguration.Of([TestMember.Peer("a"), TestMember.Peer("b")]);

    [Fact]
    public async Task A_configuration_counts_before_it_is_committed_and_also_after_a_restart()
    {
        await using var log = await TestLog.OpenAsync();
        await log.LeadAsync(Term);
        await log.CommitAsLeaderAsync(1);
        Assert.Equal(2, await log.AppendConfigurationAsync(Term, Two));
        Assert.Equal(2, log.Configuration.Index);
        Assert.Equal(0, log.CommittedConfiguration.Index);
        await log.AppendAsync(3, Term);
        await using var restarted = await TestLog.OpenAsync(log.CopyAsAfterKill());
        Assert.Equal(2, restarted.Configuration.Index);
        Assert.Equal(Two.Members, restarted.Configuration.Configuration.Members);
    }

    [Fact]
    public async Task A_configuration_that_another_leaders_entry_replaces_is_undone()
    {
        await using var log = await TestLog.OpenAsync();
        await log.LeadAsync(Term);
        await log.CommitAsLeaderAsync(1);
        await log.AppendConfigurationAsync(Term, Two);
        await log.AppendAsync(2, Term + 1);
        Assert.Equal(0, log.Configuration.Index);
        Assert.Equal(TestLog.Bootstrap.Members, log.Configuration.Configuration.Members);
    }

    [Fact]
    public async Task A_second_configuration_is_refused_while_the_first_is_not_committed()
    {
        await using var log = await TestLog.OpenAsync();
        await log.LeadAsync(Term);
        await log.CommitAsLeaderAsync(1);
        await log.AppendConfigurationAsync(Term, Two);
        var refused = await Assert.ThrowsAsync<MembershipChangeException>(() => log.AppendConfigurationAsync(Term, TestLog.Bootstrap));
        Assert.Equal(MembershipChangeRefusal.ChangePending, refused.Reason);
        await log.CommitAsLeaderAsync(2);
        Assert.Equal(3, await log.AppendConfigurationAsync(Term, TestLog.Bootstrap));
    }

    /// <summary>The erratum to the single-server change: without it, two leaders' configurations may have majorities that do not meet.</summary>
    [Fact]
    public async Task A_leader_that_has_committed_nothing_in_its_term_changes_no_members()
    {
        await using var log = await TestLog.OpenAsync();
        await log.LeadAsync(Term);
        await log.CommitAsLeaderAsync(1);
        await log.LeadAsync(Term + 1);
        var refused = await Assert.ThrowsAsync<MembershipChangeException>(() => log.AppendConfigurationAsync(Term + 1, Two));
        Assert.Equal(MembershipChangeRefusal.ChangePending, refused.Reason);
        Assert.Contains("has not committed an entry of its term", refused.Message, StringComparison.Ordinal);
        await log.CommitAsLeaderAsync(2);
        Assert.Equal(3, await log.AppendConfigurationAsync(Term + 1, Two));
    }

    /// <summary>The engine counts the members that it knows; the log may know others by then.</summary>
    [Fact]
    public async Task Who_was_not_elected_by_the_voters_in_the_log_begins_no_term()
    {
        await using var log = await TestLog.OpenAsync();
        log.IsElected = (term, voters) => term == Term && voters.IsVoter("a");
        await log.LeadAsync(Term);
        await Assert.ThrowsAsync<NotLeaderException>(() => log.LeadAsync(Term + 1));
        var terms = await log.TermsAsync();
        Assert.Equal(Term, Assert.Single(terms));
    }

    /// <summary>With learners, it may have sent an entry that its own disk has lost: an entry of the same index and term must not be made again.</summary>
    [Fact]
    public async Task A_voter_that_is_alone_leads_a_new_term_after_each_start()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var terms = new HashSet<long>();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(terms.Add(cluster.Leader.Group.GetStatus().Term));
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
            await cluster.Members[0].StopAsync();
            await cluster.Members[0].StartAsync();
            await cluster.WaitForLeaderAsync();
        }
    }
}
