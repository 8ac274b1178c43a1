using Orleans.Replication.Raft.Reads;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Reads;

/// <summary>How old a replica says its state may be.</summary>
public sealed class StalenessTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_replica_is_as_fresh_as_the_last_message_that_it_has_caught_up_with()
    {
        var clock = new SteppedClock();
        clock.Stop();
        var freshness = new ReplicaFreshness(clock);
        Assert.Null(freshness.AgeAt(100));

        freshness.Heard(freshness.Now, commitIndex: 10, appliedIndex: 0);
        clock.Step(Second);
        Assert.Null(freshness.AgeAt(9));
        Assert.Equal(Second, freshness.AgeAt(10));
        freshness.Heard(freshness.Now, commitIndex: 10, appliedIndex: 10);
        clock.Step(Second);
        Assert.Equal(Second, freshness.AgeAt(10));
    }

    [Fact]
    public void A_replica_that_lags_behind_every_message_is_as_fresh_as_one_before()
    {
        var clock = new SteppedClock();
        clock.Stop();
        var freshness = new ReplicaFreshness(clock);
        for (var commit = 1; commit <= 10; commit++)
        {
            freshness.Heard(freshness.Now, commit, appliedIndex: commit - 1);
            clock.Step(Second);
        }

        Assert.Equal(2 * Second, freshness.AgeAt(9));
        Assert.Equal(Second, freshness.AgeAt(10));
    }

    [Fact]
    public async Task A_replica_that_hears_from_nobody_gets_older_and_a_leader_that_nobody_answers_as_well()
    {
        await using var cluster = new TestCluster(3);
        foreach (var member in cluster.Members)
            member.Time = new SteppedClock();
        await Task.WhenAll(cluster.Members.Select(member => member.StartAsync()));
        var leader = await cluster.WaitForLeaderAsync();
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await Eventually.TrueAsync("all to be up to date", () => cluster.Members.All(member => member.Group.GetStaleness() < 30 * Second));

        foreach (var member in cluster.Members)
        {
            cluster.Network.Isolate(member.Id, cluster.Ids);
            ((SteppedClock)member.Time).Step(3600 * Second);
        }

        // A message that was taken in just then may count once more.
        await Eventually.TrueAsync("the connections to be gone", () => cluster.Members.All(member => member.Group.GetStatus().Leader is null || member.Group.GetStaleness() >= 3600 * Second));
        foreach (var member in cluster.Members)
            ((SteppedClock)member.Time).Step(3600 * Second);
        Assert.All(cluster.Members, member => Assert.True(member.Group.GetStaleness() is null || member.Group.GetStaleness() >= 3600 * Second));

        cluster.Network.Heal();
        await cluster.WaitForLeaderAsync();
        await Eventually.TrueAsync("all to be up to date again", () => cluster.Members.All(member => member.Group.GetStaleness() < 30 * Second));
    }
}
