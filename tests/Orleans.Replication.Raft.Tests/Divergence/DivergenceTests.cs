using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Divergence;

/// <summary>A table that does not do the same on every replica is noticed, and the replica that differs does not go on (SAFETY 14).</summary>
public sealed class DivergenceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_replica_that_differs_from_a_majority_is_moved_aside_and_comes_back_equal(bool leads)
    {
        var whims = new byte?[3];
        using var errors = new RecordedErrors();
        await using var cluster = await StartAsync(whims, errors);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("before", "value"));
        var member = leads ? cluster.Leader : cluster.Followers.First();
        await member.Group.ReadBarrierAsync();
        whims[cluster.Members.ToList().IndexOf(member)] = (byte)'!';
        await cluster.Members.First(other => other != member).Group.ProposeAsync(KeyValueTable.Put("key", "value"));

        await Eventually.TrueAsync("the quarantine", () => Quarantines(member).Length == 1);
        await Eventually.TrueAsync("the member to vote again", () => member.Group.GetStatus() is { Role: RaftRole.Follower or RaftRole.Leader, Quarantine: null, Fault: null });
        Assert.Equal("value", await member.ReadLinearizableAsync("key"));
        await cluster.ReplicasAreEqualAsync();
        Assert.Contains("Its state has diverged: up to log index", await File.ReadAllTextAsync(Path.Combine(Quarantines(member)[0], "reason.txt")), StringComparison.Ordinal);
        Assert.All(cluster.Members.Where(other => other != member), other => Assert.Empty(Quarantines(other)));
        await Eventually.TrueAsync("no alarm", () => cluster.Members.All(other => other.Group.GetStatus().Divergence is null));

        // Once by each that served still when it compared.
        var told = errors.Messages.Where(message => message.Contains("goes out of service", StringComparison.Ordinal)).ToList();
        Assert.InRange(told.Count, 1, 3);
        Assert.All(told, message => Assert.Contains($"one hash; {member.Id} differs", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_majority_all_raise_the_alarm_once_and_go_on()
    {
        var whims = new byte?[3];
        using var errors = new RecordedErrors();
        await using var cluster = await StartAsync(whims, errors);
        (whims[0], whims[1], whims[2]) = (1, 2, 3);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));

        await Eventually.TrueAsync("the alarm everywhere", () => cluster.Members.All(member => member.Group.GetStatus().Divergence is not null));
        Assert.All(cluster.Members, member => Assert.Contains(
            "No majority of the voters has one hash, so nobody is taken out of service", member.Group.GetStatus().Divergence, StringComparison.Ordinal));

        // It stays while the group goes on.
        for (var i = 0; i < 20; i++)
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        Assert.All(cluster.Members, member => Assert.NotNull(member.Group.GetStatus().Divergence));
        Assert.All(cluster.Members, member => Assert.Empty(Quarantines(member)));
        Assert.Equal("value", await cluster.Followers.First().ReadLinearizableAsync("key-19"));
        Assert.Equal(3, errors.Messages.Count(message => message.Contains("differ at log index", StringComparison.Ordinal)));
    }

    /// <summary>What was moved aside stays on the disk: a table that always differs here must not fill it.</summary>
    [Fact]
    public async Task A_member_that_differs_again_and_again_stays_out_of_service()
    {
        var whims = new byte?[3];
        using var errors = new RecordedErrors();
        await using var cluster = await StartAsync(whims, errors, lasting: true);
        var member = cluster.Followers.First();
        whims[cluster.Members.ToList().IndexOf(member)] = (byte)'!';
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await Eventually.TrueAsync("the member to stay out", () => member.Group.GetStatus().Fault?.Contains("made whole 3 times before", StringComparison.Ordinal) == true);
        Assert.Equal(3, Quarantines(member).Length);
        Assert.Throws<GroupUnavailableException>(() => member.Read("key"));
        Assert.Equal("value", await cluster.Members.First(other => other != member).ReadLinearizableAsync("key"));
    }

    private static string[] Quarantines(TestMember member) => Directory.GetDirectories(Path.Combine(member.Folder, "groups", "default"), "quarantine-*");

    /// <summary>Members are made in their order, each with a table of its own, whose whim is over after one command, or lasts.</summary>
    private static Task<TestCluster> StartAsync(byte?[] whims, RecordedErrors errors, bool lasting = false)
    {
        var made = -1;
        return TestCluster.StartAsync(
            3,
            options =>
            {
                var own = Interlocked.Increment(ref made);
                return new RaftGroupOptions
                {
                    Voters = options.Voters,
                    Tables = [new WhimsicalTable(() => Whim(own))],
                    DivergenceCheckInterval = TimeSpan.FromMilliseconds(50),
                };
            },
            errors);

        byte? Whim(int own)
        {
            var whim = whims[own];
            if (!lasting)
                whims[own] = null;
            return whim;
        }
    }
}
