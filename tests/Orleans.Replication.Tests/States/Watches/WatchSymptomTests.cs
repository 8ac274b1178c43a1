using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.Watches;

/// <summary>
/// What went wrong in the watches of etcd, each as a test named after the symptom, on a real group of three: etcd-io/etcd #15271 (back in time), #17247 (repeated events), #17529 (starved, and
/// lost events), #18089 and #19179 (a deletion lost by a compaction), #20221 (a watch from a version to come, on a member that lags, gets older ones); and what follows a restart or a snapshot.
/// </summary>
public sealed class WatchSymptomTests : IAsyncLifetime
{
    private TestGroup _group = null!;
    private WatchedState _state = null!;

    public async ValueTask InitializeAsync()
    {
        _group = await TestGroup.StartAsync(3);
        _state = new WatchedState(_group, "state");
    }

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task A_watch_is_not_starved_by_one_that_does_not_read()
    {
        var member = _group.Members[0];
        await using var slow = member.Transactions.GetState(_state.Reference).WatchAsync(0, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        var first = slow.MoveNextAsync();
        var quick = _state.TakeAsync(member, 0, 300);
        await _state.WriteAsync(300);
        _state.Check(0, await quick);
        Assert.True(await first);

        // The slow one has lost nothing either.
        var seen = new List<StateChange<Basket>> { slow.Current };
        while (seen.Count < 300 && await slow.MoveNextAsync())
            seen.Add(slow.Current);
        _state.Check(0, seen);
    }

    [Fact]
    public async Task A_watch_loses_and_repeats_nothing_while_leaders_change()
    {
        var watches = _group.Members.Select(member => _state.TakeAsync(member, 0, 120)).ToArray();
        for (var round = 0; round < 4; round++)
        {
            await _state.WriteAsync(30);
            var leader = await _group.WaitForLeaderAsync();
            var term = leader.Group.GetStatus().Term;
            await leader.Group.TransferLeadershipAsync();
            await Eventually.TrueAsync("a leader of a later term", () => _group.Members.Any(member => member.IsLeader && member.Group.GetStatus().Term > term));
        }

        foreach (var watch in watches)
            _state.Check(0, await watch);
    }

    [Fact]
    public async Task A_watch_that_is_resumed_on_a_member_that_lags_waits_and_does_not_go_back()
    {
        var lagging = await IsolateFollowerAsync();
        await _state.WriteAsync(20);
        var from = _state.LastVersion;
        await _state.WriteAsync(5);
        var resumed = _state.TakeAsync(lagging, from, 5);
        await _state.WriteAsync(1);
        Assert.False(resumed.IsCompleted, "The member was not behind, so nothing was proven.");
        _group.Network.Heal();
        var seen = await resumed;
        _state.Check(from, seen);
        Assert.All(seen, change => Assert.Equal(StateChangeKind.Written, change.Kind));
    }

    [Fact]
    public async Task A_watch_from_a_version_to_come_gets_nothing_before_it()
    {
        await _state.WriteAsync(3);
        var from = _state.LastVersion + 10;
        var watches = _group.Members.Select(member => _state.TakeAsync(member, from, 3)).ToArray();
        await _state.WriteAsync(20);
        foreach (var watch in watches)
            _state.Check(from, await watch);
    }

    [Fact]
    public async Task A_watch_from_before_a_compaction_is_told_and_then_misses_nothing()
    {
        await _state.WriteAsync(5);
        var from = _state.LastVersion;
        await _state.WriteAsync(5);

        // One that has begun before it, and does not read meanwhile.
        await using var slow = _group.Members[0].Transactions.GetState(_state.Reference).WatchAsync(from, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        await FillHistoryAsync();
        await _state.WriteAsync(5);
        foreach (var member in _group.Members)
        {
            var seen = await _state.TakeUntilAsync(member, from, changes => changes[^1].Version == _state.LastVersion);
            Assert.Equal(StateChangeKind.Compacted, seen[0].Kind);
            _state.Check(from, seen);
        }

        var late = new List<StateChange<Basket>>();
        while ((late.Count == 0 || late[^1].Version < _state.LastVersion) && await slow.MoveNextAsync())
            late.Add(slow.Current);
        _state.Check(from, late);
    }

    [Fact]
    public async Task A_watch_on_a_member_that_was_just_restarted_is_told_what_it_cannot_know()
    {
        await _state.WriteAsync(5);
        var member = await StopFollowerAsync();
        var from = _state.LastVersion;
        await _state.WriteAsync(5);
        await member.StartAsync();
        var resumed = _state.TakeUntilAsync(member, from, changes => changes[^1].Value.Total == 15);
        await _state.WriteAsync(5);
        _state.Check(from, await resumed);
    }

    [Fact]
    public async Task A_watch_over_an_installed_snapshot_is_told_and_does_not_go_back()
    {
        await _state.WriteAsync(5);
        var lagging = await IsolateFollowerAsync();
        var from = _state.LastVersion;
        var running = _state.TakeUntilAsync(lagging, from, changes => changes[^1].Value.Total == 30);
        await _state.WriteAsync(20);
        var later = _state.LastVersion - 3;
        var resumed = _state.TakeUntilAsync(lagging, later, changes => changes[^1].Value.Total == 30);
        await CompactLogsAsync(lagging);
        _group.Network.Heal();
        await Eventually.TrueAsync("the member has caught up", () => lagging.Transactions.GetState(_state.Reference).Version == _state.LastVersion);
        await _state.WriteAsync(4);
        var seen = await running;
        Assert.Contains(seen, change => change.Kind == StateChangeKind.Compacted);
        _state.Check(from, seen);
        _state.Check(later, await resumed);
    }

    [Fact]
    public async Task A_deletion_that_a_member_got_with_a_snapshot_is_not_lost()
    {
        await _state.WriteAsync(5);
        var lagging = await IsolateFollowerAsync();
        var from = _state.LastVersion;
        var running = _state.TakeAsync(lagging, from, 1);
        await _state.WriteAsync(2);
        await _state.ClearAsync();
        await CompactLogsAsync(lagging, writesAfter: false);
        _group.Network.Heal();
        var told = Assert.Single(await running);
        Assert.Equal((StateChangeKind.Compacted, 0L), (told.Kind, told.Value.Total));
        _state.Check(from, [told]);
    }

    private async Task<GroupMember> IsolateFollowerAsync()
    {
        var leader = await _group.WaitForLeaderAsync();
        var follower = _group.Members.First(member => member != leader);
        await Eventually.TrueAsync("the follower has it all", () => follower.Transactions.GetState(_state.Reference).Version == _state.LastVersion);
        _state.Isolated = follower;
        _group.Network.Isolate(follower.PeerId, _group.Members.Select(member => member.PeerId));
        return follower;
    }

    private async Task<GroupMember> StopFollowerAsync()
    {
        var leader = await _group.WaitForLeaderAsync();
        var follower = _group.Members.First(member => member != leader);
        await follower.StopAsync();
        return follower;
    }

    /// <summary>Drops the log that the member needs, so that it gets a snapshot instead.</summary>
    private async Task CompactLogsAsync(GroupMember lagging, bool writesAfter = true)
    {
        foreach (var member in _group.Members.Where(member => member != lagging))
            await member.Group.TakeSnapshotAsync();
        if (writesAfter)
        {
            await _state.WriteAsync(1);
            return;
        }

        var other = new StateReference<Basket>(GrainId.Create("watched", "other"), "basket");
        await _group.Members.First(member => member.IsLeader && member != lagging).Transactions.TransactAsync(new GroupTransaction().Apply(other, new Add(1)));
    }

    /// <summary>Changes other states more often than a history keeps.</summary>
    private async Task FillHistoryAsync()
    {
        for (var i = 0; i < 12; i++)
        {
            var many = new GroupTransaction();
            for (var j = 0; j < 1_000; j++)
                many.Write(new StateReference<Basket>(GrainId.Create("other", $"{j}"), "basket"), new Basket { Total = i });
            await (await _group.WaitForLeaderAsync()).Transactions.TransactAsync(many);
        }
    }
}
