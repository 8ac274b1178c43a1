using Orleans.Replication.States.History;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.Watches;

/// <summary>Watching all states of a group of three.</summary>
public sealed class GroupWatchTests : IAsyncLifetime
{
    private const int Kept = 40;

    private readonly Random _random = new(4);
    private TestGroup _group = null!;
    private GroupStates _states = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _group = await TestGroup.StartAsync(3, new() { HistoryChanges = Kept });
        _states = new GroupStates(_group, 8);
    }

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task Every_member_tells_every_change_once_and_in_order()
    {
        var watches = _group.Members.Select(member => TakeAsync(member, 0, 60)).ToArray();
        while (_states.Changes.Count < 60)
            await _states.ChangeAsync(_random, 2);
        foreach (var watch in watches)
            Assert.Equal(_states.Changes.Take(60), (await watch).Select(change => GroupStates.Seen(_group.Members[0].Transactions, change)));
    }

    [Fact]
    public async Task The_changes_of_a_transaction_have_one_version_and_come_together()
    {
        await _states.ChangeAsync(_random, 5);
        var changes = await TakeAsync(_group.Members[1], 0, _states.Changes.Count);
        Assert.Single(changes.Select(change => change.Version).Distinct());
        Assert.All(changes, change => Assert.Equal(("default", StateChangeKind.Written), (change.Group, change.Kind)));
        Assert.All(changes, change => Assert.NotEqual(default, change.Timestamp));
        Assert.All(changes, change => Assert.NotNull(change.Origin.PeerId));
    }

    [Fact]
    public async Task A_transaction_that_a_look_ends_in_is_told_as_a_whole()
    {
        await using var group = await TestGroup.StartAsync(1);
        var states = new GroupStates(group, 8);
        for (var i = 0; i < StateHistory.MaxChangesInView - 2; i++)
            await states.ChangeAsync(_random, 1);
        await states.ChangeAsync(_random, 5);
        var seen = await TakeAsync(group.Members[0], 0, states.Changes.Count);
        Assert.Equal(states.Changes, seen.Select(change => GroupStates.Seen(group.Members[0].Transactions, change)));
    }

    [Fact]
    public async Task A_watch_goes_on_with_another_member()
    {
        while (_states.Changes.Count < 30)
            await _states.ChangeAsync(_random, 1);
        var first = await TakeAsync(_group.Members[0], 0, 10);
        var second = await TakeAsync(_group.Members[1], first[^1].Version, 10);
        var third = await TakeAsync(_group.Members[2], second[^1].Version, 10);
        Assert.Equal(_states.Changes.Take(30), first.Concat(second).Concat(third).Select(change => GroupStates.Seen(_group.Members[0].Transactions, change)));
    }

    [Fact]
    public async Task A_watch_without_a_version_begins_now()
    {
        await _states.ChangeAsync(_random, 1);
        var before = _states.Changes[^1].Version;
        await _group.Members[0].Group.ReadBarrierAsync(Cancelled);
        await using var watch = _group.Members[0].Transactions.WatchAsync(null, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = watch.MoveNextAsync();
        await _states.ChangeAsync(_random, 1);
        Assert.True(await next);
        Assert.True(watch.Current.Version > before);
    }

    [Fact]
    public async Task Changes_that_are_not_kept_come_as_the_states_are_now_and_then_the_rest_follows()
    {
        // Some states change no more, so that a watch can end between their events.
        await _states.ChangeAsync(_random, 8);
        for (var i = 0; i < 12; i++)
            await _states.ChangeAsync(_random, 1);
        _states.Active = 3;
        while (_states.Changes.Count < 3 * Kept)
            await _states.ChangeAsync(_random, 2);
        var member = _group.Members[0];
        await member.Group.ReadBarrierAsync(Cancelled);
        var now = _states.Current();
        var seen = await TakeAsync(member, 0, now.Count);
        Assert.All(seen, change => Assert.Equal(StateChangeKind.Compacted, change.Kind));
        Assert.Equal(now.Select(change => (change.Version, change.State, change.Total)), seen.Select(change => GroupStates.Seen(member.Transactions, change)).Select(change => (change.Version, change.State, change.Total)));

        // From the middle of it, only what comes behind.
        const int Middle = 1;
        var rest = await TakeAsync(member, now[Middle].Version, now.Count(change => change.Version > now[Middle].Version));
        Assert.Equal(now.Where(change => change.Version > now[Middle].Version).Select(change => change.State), rest.Select(change => GroupStates.Seen(member.Transactions, change).State));

        var after = TakeAsync(member, now[^1].Version, 1);
        await _states.ChangeAsync(_random, 1);
        Assert.Equal(_states.Changes[^1], GroupStates.Seen(member.Transactions, Assert.Single(await after)));
    }

    /// <summary>Readers that pause, stop and go on elsewhere, while states are written and deleted and members restart: each ends with what there is.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whoever_reads_how_ever_slowly_ends_with_what_there_is(int seed)
    {
        var random = new Random(seed);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var mirrors = Enumerable.Range(0, 6).Select(i => new GroupMirror(_group, new Random((seed * 10) + i))).ToList();
        var following = mirrors.Select(mirror => mirror.FollowAsync(end.Token)).ToArray();
        for (var round = 0; round < 4; round++)
        {
            var size = _states.Changes.Count + 60;
            while (_states.Changes.Count < size)
                await _states.ChangeAsync(random, random.Next(1, 4));
            var away = _group.Members.First(member => !member.IsLeader);
            await away.StopAsync();
            await _states.ChangeAsync(random, 1);
            await away.StartAsync();
        }

        foreach (var mirror in mirrors)
            await mirror.WaitForAsync(_states);
        await end.CancelAsync();
        await Task.WhenAll(following);
    }

    [Fact]
    public async Task A_watch_ends_with_an_error_when_its_member_stops()
    {
        await using var watch = _group.Members[0].Transactions.WatchAsync(null, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = watch.MoveNextAsync();
        await _group.Members[0].StopAsync();
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await next);
    }

    [Fact]
    public async Task A_state_that_is_read_as_another_type_is_refused()
    {
        await _states.ChangeAsync(_random, 1);
        var change = Assert.Single(await TakeAsync(_group.Members[0], 0, 1));
        Assert.Throws<ReplicationConfigurationException>(() => _group.Members[0].Transactions.Read<DateTime>(change));
        Assert.Throws<ArgumentOutOfRangeException>(() => _group.Members[0].Transactions.WatchAsync(-1, Cancelled));
    }

    private static Task<List<GroupChange>> TakeAsync(GroupMember member, long? from, int count) => Task.Run(
        async () =>
        {
            var seen = new List<GroupChange>();
            await foreach (var change in member.Transactions.WatchAsync(from, Cancelled))
            {
                seen.Add(change);
                if (seen.Count == count)
                    break;
            }

            return seen;
        },
        Cancelled).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
}
