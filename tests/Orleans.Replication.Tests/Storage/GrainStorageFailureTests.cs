using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Providers;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Orleans.Replication.Tests.Storage;

/// <summary>What grain storage says, and what is true, when the group cannot do what it is asked.</summary>
public sealed class GrainStorageFailureTests
{
    private const string Name = "deposit";

    private static readonly GrainId Grain = GrainId.Create("account", "1");
    private static readonly TestGroupOptions Impatient = new() { ProposalTimeout = TimeSpan.FromSeconds(1), ReadTimeout = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task Without_a_majority_nothing_is_written_and_the_error_says_so()
    {
        await using var group = new TestGroup(3, Impatient);
        await group.Members[0].StartAsync();
        var state = new GrainState<Deposit>(new("Ada", 1));

        var error = await Assert.ThrowsAsync<RaftGrainStorageException>(() => Storage(group.Members[0]).WriteStateAsync(Name, Grain, state));
        Assert.False(error.OutcomeUnknown);
        Assert.IsType<ReplicationUnavailableException>(error.InnerException);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
        Assert.Equal(new("Ada", 1), state.State);

        await Assert.ThrowsAsync<RaftGrainStorageException>(() => Storage(group.Members[0]).ReadStateAsync(Name, Grain, state));
        await Assert.ThrowsAsync<RaftGrainStorageException>(() => Storage(group.Members[0]).ClearStateAsync(Name, Grain, state));

        await group.Members[1].StartAsync();
        await group.WaitForLeaderAsync();
        Assert.False((await ReadAsync(group.Members[0])).RecordExists);
    }

    [Fact]
    public async Task While_a_silo_stops_without_a_majority_subscriptions_are_given_up_and_the_states_of_grains_are_not()
    {
        await using var group = new TestGroup(3, new() { ProposalTimeout = TimeSpan.FromMinutes(1), ReadTimeout = TimeSpan.FromMinutes(1) });
        var member = group.Members[0];
        await member.StartAsync();
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        member.Services.GetRequiredService<ShutdownLimit>().Participate(lifecycle);
        await lifecycle.OnStart();
        await lifecycle.OnStop();

        var ofGrain = Storage(member).WriteStateAsync(Name, Grain, new GrainState<Deposit>(new("Ada", 1)));
        var subscriptions = member.Storage(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
        foreach (var access in (Func<Task>[])[
            () => subscriptions.WriteStateAsync(Name, Grain, new GrainState<Deposit>(new("Ada", 1))), () => subscriptions.ReadStateAsync(Name, Grain, new GrainState<Deposit>())])
        {
            Assert.IsType<TimeoutException>((await Assert.ThrowsAsync<RaftGrainStorageException>(access)).InnerException);
        }

        Assert.False(ofGrain.IsCompleted);
        await member.StopAsync();
        await Assert.ThrowsAsync<RaftGrainStorageException>(() => ofGrain);
    }

    [Fact]
    public async Task After_a_write_of_unknown_outcome_that_happened_the_next_write_is_a_conflict()
    {
        await using var group = await TestGroup.StartAsync(3, Impatient);
        var leader = await group.WaitForLeaderAsync();
        var state = await WriteNewAsync(leader);
        var (other, third) = Others(group, leader);
        await third.StopAsync();

        // Only the leader gets the entry. The other cannot win an election without the leader's vote, and it lacks the entry: so when the two
        // meet again, the leader leads on and the entry is committed.
        await WriteIntoTheVoidAsync(group, state, () => group.Network.Cut(leader.PeerId, other.PeerId), leader);
        var before = state.ETag;
        group.Network.Heal();
        await group.WaitForLeaderAsync();
        await EventuallyReadAsync(leader, read => read.State!.Owner == "void");

        state.State = new("next", 3);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Storage(leader).WriteStateAsync(Name, Grain, state));
        Assert.Equal(before, conflict.CurrentEtag);
        Assert.Equal((await ReadAsync(leader)).ETag, conflict.StoredEtag);
        Assert.Equal("void", (await ReadAsync(leader)).State!.Owner);
    }

    [Fact]
    public async Task After_a_write_of_unknown_outcome_that_did_not_happen_the_next_write_succeeds()
    {
        await using var group = await TestGroup.StartAsync(3, Impatient);
        var leader = await group.WaitForLeaderAsync();
        var state = await WriteNewAsync(leader);
        var (other, third) = Others(group, leader);

        // The two others elect a leader of their own, whose log replaces the entry.
        await WriteIntoTheVoidAsync(group, state, () => group.Network.Isolate(leader.PeerId, group.Members.Select(m => m.PeerId)), leader);
        await Eventually.TrueAsync("a leader among the others", () => other.IsLeader || third.IsLeader);
        var survivor = other.IsLeader ? other : third;
        Assert.Equal(state.ETag, (await ReadAsync(survivor)).ETag);

        group.Network.Heal();
        await Eventually.TrueAsync("the old leader to follow", () => !leader.IsLeader && leader.Group.GetStatus().Leader is not null);
        state.State = new("next", 3);
        await EventuallyAsync(() => Storage(leader).WriteStateAsync(Name, Grain, state));
        Assert.Equal("next", (await ReadAsync(survivor)).State!.Owner);
    }

    [Fact]
    public async Task What_one_member_has_written_every_other_reads_at_once()
    {
        await using var group = await TestGroup.StartAsync(3);
        var state = await WriteNewAsync(group.Members[0]);
        for (var i = 0; i < 30; i++)
        {
            state.State = new("Ada", i);
            await Storage(group.Members[i % 3]).WriteStateAsync(Name, Grain, state);
            foreach (var member in group.Members)
                Assert.Equal((i, state.ETag), await AmountAndETagAsync(member));
        }
    }

    [Fact]
    public async Task States_survive_a_restart()
    {
        await using var group = await TestGroup.StartAsync(1);
        var state = await WriteNewAsync(group.Members[0]);
        await group.Members[0].StopAsync();
        await group.Members[0].StartAsync();
        await group.WaitForLeaderAsync();
        var read = await ReadAsync(group.Members[0]);
        Assert.Equal((state.State, state.ETag), (read.State, read.ETag));
    }

    [Fact]
    public async Task A_state_that_is_too_large_is_refused_and_changes_nothing()
    {
        await using var group = await TestGroup.StartAsync(1, new() { MaxCommandBytes = 4096 });
        var state = await WriteNewAsync(group.Members[0]);
        state.State = new(new string('a', 5000), 1);
        var error = await Assert.ThrowsAsync<RaftGrainStorageException>(() => Storage(group.Members[0]).WriteStateAsync(Name, Grain, state));
        Assert.False(error.OutcomeUnknown);
        Assert.Contains("MaxCommandBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(new("Ada", 1), (await ReadAsync(group.Members[0])).State);
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_leaves_the_activation_as_it_was()
    {
        await using var group = await TestGroup.StartAsync(1);
        await Storage(group.Members[0]).WriteStateAsync(Name, Grain, new GrainState<string>("no deposit"));
        var state = new GrainState<Deposit>(new("Ada", 1), "5") { RecordExists = true };
        await Assert.ThrowsAsync<RaftGrainStorageException>(() => Storage(group.Members[0]).ReadStateAsync(Name, Grain, state));
        Assert.Equal((new Deposit("Ada", 1), "5", true), (state.State, state.ETag, state.RecordExists));
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        await using var group = new TestGroup(3);
        await group.Members[0].StartAsync();
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var state = new GrainState<Deposit>(new("Ada", 1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage(group.Members[0]).WriteStateAsync(Name, Grain, state, cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage(group.Members[0]).ReadStateAsync(Name, Grain, state, cancelled.Token));
    }

    [Fact]
    public async Task The_error_crosses_silos_with_what_it_says()
    {
        await using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var error = new RaftGrainStorageException("failed", new ReplicationOutcomeUnknownException("late"));
        var copy = Assert.IsType<RaftGrainStorageException>(serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(error)));
        Assert.True(copy.OutcomeUnknown);
        Assert.Equal("failed", copy.Message);
        Assert.IsType<ReplicationOutcomeUnknownException>(copy.InnerException);
    }

    private static IGrainStorage Storage(GroupMember member) => member.Storage(TestGroup.Tombstones);

    private static (GroupMember, GroupMember) Others(TestGroup group, GroupMember leader) =>
        group.Members.Where(m => m != leader).ToArray() is [var first, var second] ? (first, second) : throw new InvalidOperationException();

    private static async Task<GrainState<Deposit>> WriteNewAsync(GroupMember member)
    {
        var state = new GrainState<Deposit>(new("Ada", 1));
        await Storage(member).WriteStateAsync(Name, Grain, state);
        return state;
    }

    private static async Task<GrainState<Deposit>> ReadAsync(GroupMember member)
    {
        var state = new GrainState<Deposit>();
        await Storage(member).ReadStateAsync(Name, Grain, state);
        return state;
    }

    private static async Task<(int, string?)> AmountAndETagAsync(GroupMember member)
    {
        var read = await ReadAsync(member);
        return (read.State!.Amount, read.ETag);
    }

    /// <summary>
    /// Writes on a leader that was cut off a moment ago and does not know it. When it noticed first, nothing entered its log: then the cut is
    /// healed and made again.
    /// </summary>
    private static async Task WriteIntoTheVoidAsync(TestGroup group, GrainState<Deposit> state, Action cut, GroupMember leader)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            await Eventually.TrueAsync("the member to lead", () => leader.IsLeader);
            var (etag, exists) = (state.ETag, state.RecordExists);
            state.State = new("void", 2);
            cut();
            var error = await Assert.ThrowsAsync<RaftGrainStorageException>(() => Storage(leader).WriteStateAsync(Name, Grain, state));
            Assert.Equal((new Deposit("void", 2), etag, exists), (state.State, state.ETag, state.RecordExists));
            if (error.OutcomeUnknown)
                return;
            group.Network.Heal();
            await TransferBackAsync(group, leader);
        }
        Assert.Fail("The leader noticed in each of ten attempts that it was cut off before it had taken the write.");
    }

    private static async Task TransferBackAsync(TestGroup group, GroupMember leader)
    {
        var current = await group.WaitForLeaderAsync();
        if (current != leader)
            await EventuallyAsync(() => current.Group.TransferLeadershipAsync(leader.PeerId));
    }

    private static Task EventuallyReadAsync(GroupMember member, Func<GrainState<Deposit>, bool> condition) => EventuallyAsync(async () =>
    {
        if (!condition(await ReadAsync(member)))
            throw new RaftGrainStorageException("not yet");
    });

    // Right after a fault is healed the group may still be electing.
    private static async Task EventuallyAsync(Func<Task> action)
    {
        for (var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(30); ;)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception e) when (e is RaftGrainStorageException or Raft.RaftException && DateTime.UtcNow < deadline)
            {
                await Task.Delay(50);
            }
        }
    }
}
