using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Disk;

/// <summary>A member whose disk takes no more writes stops to acknowledge, to vote and to lead, and comes back by itself (SAFETY 9).</summary>
public sealed class FullDiskTests
{
    private const string CannotMount = "This process may not mount a file system.";

    private static RaftGroupOptions Probing(RaftGroupOptions options) => new()
    {
        Voters = options.Voters,
        Tables = options.Tables,
        LogChunkBytes = 64 << 10,
        DiskProbeInterval = TimeSpan.FromMilliseconds(50),
        ProposalTimeout = TimeSpan.FromSeconds(20),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_member_with_a_full_disk_goes_out_of_service_and_comes_back_when_there_is_space(bool leads)
    {
        using var disk = SmallDisk.TryMount(48 << 20);
        Assert.SkipWhen(disk is null, CannotMount);
        await using var cluster = new TestCluster(3, Probing, folderOf: id => id == "member-1" ? disk.Folder : null);
        await Task.WhenAll(cluster.Members.Select(each => each.StartAsync()));
        await cluster.WaitForLeaderAsync();
        var member = cluster.Members[0];
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await member.ReadLinearizableAsync("key");
        if (member.IsLeader != leads)
        {
            var next = leads ? member : cluster.Members[1];
            await Eventually.TrueAsync("the next leader to have everything", () => next.Group.GetStatus().AppliedIndex == cluster.Leader.Group.GetStatus().AppliedIndex);
            await member.Group.TransferLeadershipAsync(next.Id);
            await Eventually.TrueAsync("leadership to move", () => next.IsLeader);
        }

        disk.Fill();
        var others = cluster.Members.Skip(1).ToList();
        for (var i = 0; member.Group.GetStatus().Fault is null; i++)
            await PutAsync(others[0], "filled-" + (i % 10), new string('x', 20_000));
        Assert.Contains("No space left", member.Group.GetStatus().Fault, StringComparison.Ordinal);
        Assert.Equal(RaftRole.Stopped, member.Group.GetStatus().Role);
        Assert.Throws<GroupUnavailableException>(() => member.Read("key"));

        // The others go on, and it stays out as long as its disk is full.
        await cluster.WaitForLeaderAsync(each => each != member);
        await PutAsync(others[0], "meanwhile", "value");
        for (var i = 0; i < 40; i++)
        {
            Assert.NotNull(member.Group.GetStatus().Fault);
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        disk.Free();
        await Eventually.TrueAsync("the member to be back", () => member.Group.GetStatus() is { Fault: null, Role: RaftRole.Follower or RaftRole.Leader });
        Assert.Equal("value", await member.ReadLinearizableAsync("meanwhile"));
        Assert.Equal(cluster.Leader.Read("filled-0"), member.Read("filled-0"));
        Assert.Null(member.Group.GetStatus().Quarantine);
        Assert.Empty(Directory.GetDirectories(Path.Combine(member.Folder, "groups", "default"), "quarantine-*"));
    }

    /// <summary>Else a full disk would seem to have room as soon as the member that has filled it is closed.</summary>
    [Fact]
    public void A_state_that_is_closed_frees_no_space()
    {
        using var disk = SmallDisk.TryMount(48 << 20);
        Assert.SkipWhen(disk is null, CannotMount);
        var drive = new DriveInfo(disk.Folder);
        var state = StateStore.Open(Path.Combine(disk.Folder, "state"));
        var before = drive.AvailableFreeSpace;
        state.Dispose();
        Assert.InRange(drive.AvailableFreeSpace - before, -65_536, 65_536);
    }

    /// <summary>The leader may be the one that fails: then the outcome is unknown, and the command may be sent again.</summary>
    private static async Task PutAsync(TestMember member, string key, string value)
    {
        try
        {
            await member.Group.ProposeAsync(KeyValueTable.Put(key, value));
        }
        catch (GroupUnavailableException)
        {
            // There is no leader for a moment.
        }
    }
}
