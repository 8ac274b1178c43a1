using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.History;

/// <summary>What a state was at a version, on a real group of three.</summary>
public sealed class PastStateTests : IAsyncLifetime
{
    private readonly StateReference<Basket> _state = new(GrainId.Create("past", "a"), "basket");
    private readonly StateReference<Basket> _other = new(GrainId.Create("past", "b"), "basket");
    private TestGroup _group = null!;

    public async ValueTask InitializeAsync() => _group = await TestGroup.StartAsync(3);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task Every_member_tells_what_the_state_was_who_made_it_so_and_when()
    {
        var first = await WriteAsync(_group.Members[0], _state, 1);
        var between = await WriteAsync(_group.Members[1], _other, 7);
        var second = await WriteAsync(_group.Members[2], _state, 2);
        await _group.Members[0].Transactions.GetState(_state).ClearAsync();
        var third = await WriteAsync(_group.Members[1], _state, 3);
        foreach (var member in _group.Members)
        {
            var state = member.Transactions.GetState(_state);
            var last = await state.ReadAtAsync(third);
            Assert.Equal((3L, third, StateChangeKind.Written, _group.Members[1].PeerId), Of(last));
            Assert.Equal((1L, first, StateChangeKind.Written, _group.Members[0].PeerId), Of(await state.ReadAtAsync(between)));
            Assert.Equal((2L, second, StateChangeKind.Written, _group.Members[2].PeerId), Of(await state.ReadAtAsync(second)));
            Assert.Equal((0L, third - 1, StateChangeKind.Cleared, _group.Members[0].PeerId), Of(await state.ReadAtAsync(third - 1)));
            Assert.Equal((0L, 0L, StateChangeKind.Cleared, null), Of(await state.ReadAtAsync(first - 1)));
            Assert.InRange(last.Timestamp, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await state.ReadAtAsync(third + 1_000));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await state.ReadAtAsync(0));
        }
    }

    [Fact]
    public async Task What_was_overwritten_before_a_restart_is_an_error_and_what_is_still_so_is_not()
    {
        var first = await WriteAsync(_group.Members[0], _state, 1);
        var second = await WriteAsync(_group.Members[0], _state, 2);
        var member = _group.Members[2];
        await Silos.Wait.UntilAsync("the member has it", () => Task.FromResult(member.Transactions.GetState(_state).Version == second));
        await member.StopAsync();
        await member.StartAsync();
        await Silos.Wait.UntilAsync("the group serves", async () => await CanReadAsync(member));
        var state = member.Transactions.GetState(_state);
        var gone = await Assert.ThrowsAsync<VersionNotKeptException>(async () => await state.ReadAtAsync(first));
        Assert.Equal(first, gone.Version);
        Assert.True(gone.OldestVersion > second);
        Assert.Equal((2L, second, StateChangeKind.Written, null), Of(await state.ReadAtAsync(second)));

        // The others know.
        Assert.Equal(1, (await _group.Members[0].Transactions.GetState(_state).ReadAtAsync(first)).Value.Total);
    }

    private static (long Total, long Version, StateChangeKind Kind, string? Peer) Of(StateChange<Basket> change) =>
        (change.Value.Total, change.Version, change.Kind, change.Origin.PeerId);

    private static async Task<long> WriteAsync(GroupMember member, StateReference<Basket> state, long total) =>
        await member.Transactions.GetState(state).WriteAsync(new Basket { Total = total });

    private async Task<bool> CanReadAsync(GroupMember member)
    {
        try
        {
            await member.Transactions.GetState(_state).ReadAsync();
            return true;
        }
        catch (ReplicationUnavailableException)
        {
            return false;
        }
    }
}
