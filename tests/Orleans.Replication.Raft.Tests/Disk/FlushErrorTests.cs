using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Disk;

/// <summary>
/// A flush of the log that fails says nothing about what is on disk, and one that succeeds after it neither (SAFETY 9): the member acknowledges, votes for and leads nothing more on these
/// files, and reads them anew when the disk takes writes again.
/// </summary>
public sealed class FlushErrorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_member_whose_flush_fails_goes_out_of_service_at_once_does_not_flush_again_and_comes_back_with_new_files_open(bool leads)
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            DiskProbeInterval = TimeSpan.FromSeconds(2),
            ProposalTimeout = TimeSpan.FromSeconds(20),
        });
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var member = leads ? cluster.Leader : cluster.Followers.First();
        var failed = member.Group.Replica!;
        var attempts = 0;
        Assert.IsType<DurableLog>(Assert.IsType<DotNextEngine>(failed.Engine).AuditTrail).Flushed = _ =>
        {
            Interlocked.Increment(ref attempts);
            throw new IOException("Input/output error");
        };
        var others = cluster.Members.Where(other => other != member).ToList();
        await PutAsync(others[0], "first");
        await Eventually.TrueAsync("the member to be out of service", () => failed.Health.Fault is not null);
        Assert.Contains("Input/output error", failed.Health.Fault, StringComparison.Ordinal);
        Assert.Equal(FaultKind.Disk, failed.Health.Kind);
        Assert.Contains("Input/output error", member.Group.GetStatus().Fault, StringComparison.Ordinal);
        Assert.Equal(RaftRole.Stopped, member.Group.GetStatus().Role);
        Assert.Throws<GroupUnavailableException>(() => member.Read("key"));

        // The others go on without it.
        await cluster.WaitForLeaderAsync(other => other != member);
        await PutAsync(others[1], "second");
        Assert.Equal(1, Volatile.Read(ref attempts));

        await Eventually.TrueAsync("the member to be back", () => member.Group.GetStatus() is { Fault: null, Role: RaftRole.Follower or RaftRole.Leader });
        Assert.NotSame(failed, member.Group.Replica);
        Assert.Equal("second", await member.ReadLinearizableAsync("second"));
        Assert.Equal(1, Volatile.Read(ref attempts));
        Assert.Empty(Directory.GetDirectories(Path.Combine(member.Folder, "groups", "default"), "quarantine-*"));
        await cluster.ReplicasAreEqualAsync();
    }

    /// <summary>Sent until it is written: the leader may be the one that fails.</summary>
    private static async Task PutAsync(TestMember member, string key)
    {
        while (true)
        {
            try
            {
                await member.Group.ProposeAsync(KeyValueTable.Put(key, key));
                return;
            }
            catch (GroupUnavailableException)
            {
                // There is no leader for a moment.
            }
        }
    }
}
