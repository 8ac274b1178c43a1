using Orleans.Core.Internal;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.States;

/// <summary>What a grain can do with a replicated state, on a silo of its own. Each test has a grain of its own.</summary>
public sealed class ReplicatedStateTests(OneSilo one) : IClassFixture<OneSilo>
{
    private static int _lastGrain;

    private readonly IReplicatedBasketGrain _grain = NewGrain(one);

    [Fact]
    public async Task A_state_that_was_never_written_reads_as_a_new_one_with_version_0()
    {
        var read = await _grain.Read(ReadConsistency.Linearizable);
        Assert.Equal((new Basket().Total, 0L, false), (read.Value.Total, read.Version, read.Exists));
        Assert.False(await _grain.Take(1));
        Assert.Equal(0, (await _grain.Read(ReadConsistency.Linearizable)).Version);
    }

    [Fact]
    public async Task Operations_build_on_each_other_and_give_their_results()
    {
        Assert.Equal(5, await _grain.Add(5, "five"));
        Assert.Equal(7, await _grain.Add(2, "two"));
        Assert.True(await _grain.Take(7));
        Assert.False(await _grain.Take(1));
        Assert.Equal(["five", "two"], (await _grain.Read(ReadConsistency.Linearizable)).Value.Items);
    }

    [Theory]
    [InlineData(ReadConsistency.Linearizable)]
    [InlineData(ReadConsistency.Lease)]
    [InlineData(ReadConsistency.Stale)]
    public async Task A_read_on_the_silo_of_the_writer_sees_the_write(ReadConsistency consistency)
    {
        for (var total = 1; total <= 20; total++)
        {
            await _grain.Add(1);
            Assert.Equal(total, await _grain.ReadTotal(consistency));
        }
    }

    [Fact]
    public async Task A_stale_read_within_a_limit_sees_the_writes_of_its_silo()
    {
        for (var total = 1; total <= 20; total++)
        {
            await _grain.Add(1);
            Assert.Equal(total, (await _grain.ReadStale(TimeSpan.FromSeconds(30))).Value.Total);
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _grain.ReadStale(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public async Task A_write_gives_the_version_that_is_read_and_versions_grow_also_across_a_clear()
    {
        var first = await _grain.Write(new Basket { Total = 1 }, expectedVersion: null);
        Assert.Equal(first, (await _grain.Read(ReadConsistency.Linearizable)).Version);
        Assert.True(await _grain.Clear(expectedVersion: null));
        var cleared = await _grain.Read(ReadConsistency.Linearizable);
        Assert.Equal((0L, 0L), (cleared.Value.Total, cleared.Version));
        Assert.False(await _grain.Clear(expectedVersion: null));
        Assert.True(await _grain.Write(new Basket { Total = 2 }, expectedVersion: 0) > first);
    }

    [Fact]
    public async Task A_write_with_the_version_of_another_is_refused_and_changes_nothing()
    {
        var version = await _grain.Write(new Basket { Total = 1 }, expectedVersion: 0);
        var again = await Assert.ThrowsAsync<VersionMismatchException>(async () => await _grain.Write(new Basket { Total = 2 }, expectedVersion: 0));
        Assert.Equal((0L, version), (again.ExpectedVersion, again.ActualVersion));
        await Assert.ThrowsAsync<VersionMismatchException>(async () => await _grain.Clear(version + 1));
        Assert.Equal(1, await _grain.ReadTotal(ReadConsistency.Linearizable));
        Assert.True(await _grain.Write(new Basket { Total = 3 }, version) > version);
        var gone = await Assert.ThrowsAsync<VersionMismatchException>(async () => await NewGrain(one).Write(new Basket(), expectedVersion: 7));
        Assert.Equal(0, gone.ActualVersion);
    }

    [Fact]
    public async Task An_operation_that_throws_is_rejected_with_its_reason_and_changes_nothing()
    {
        await _grain.Add(1);
        var before = await _grain.Read(ReadConsistency.Linearizable);
        var rejected = await Assert.ThrowsAsync<OperationRejectedException>(async () => await _grain.Fail("no room"));
        Assert.Equal(("no room", typeof(InvalidOperationException).FullName), (rejected.Message, rejected.ErrorType));
        await Assert.ThrowsAsync<OperationRejectedException>(async () => await _grain.Add(long.MaxValue));
        var after = await _grain.Read(ReadConsistency.Linearizable);
        Assert.Equal((before.Version, 1L), (after.Version, after.Value.Total));
    }

    [Fact]
    public async Task An_operation_that_returns_the_state_it_got_leaves_the_version_alone()
    {
        await _grain.Add(1);
        var before = await _grain.Read(ReadConsistency.Linearizable);
        Assert.False(await _grain.Take(2));
        Assert.Equal(before.Version, (await _grain.Read(ReadConsistency.Linearizable)).Version);
    }

    [Fact]
    public async Task An_operation_knows_its_grain_its_index_and_a_time_that_does_not_go_back()
    {
        await _grain.Add(1);
        var first = await _grain.Read(ReadConsistency.Linearizable);
        await _grain.Add(1);
        var second = await _grain.Read(ReadConsistency.Linearizable);
        Assert.Equal((_grain.GetGrainId(), first.Version), (first.Value.Last!.Grain, first.Value.Last.Index));
        Assert.True(second.Value.Last!.Timestamp >= first.Value.Last.Timestamp);
        Assert.InRange(second.Value.Last.Timestamp, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.NotEqual(first.Value.Last.Seed, second.Value.Last.Seed);
    }

    [Fact]
    public async Task A_type_that_is_two_operations_is_refused_before_it_is_proposed()
    {
        var applied = one.Silo.Group.GetStatus().AppliedIndex;
        await Assert.ThrowsAsync<ArgumentException>(async () => await _grain.Ambiguous());
        Assert.Equal(applied, one.Silo.Group.GetStatus().AppliedIndex);
    }

    [Fact]
    public async Task A_command_that_is_too_large_is_refused_and_the_group_goes_on()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _grain.Add(1, new string('x', 9 << 20)));
        Assert.Equal(1, await _grain.Add(1));
    }

    [Fact]
    public async Task States_of_different_grains_and_classes_are_independent()
    {
        var key = _grain.GetPrimaryKeyString();
        var ordinary = one.Silo.Grains.GetGrain<IOrdinaryBasketGrain>(key);
        await _grain.Add(1);
        Assert.Equal(10, await ordinary.Add(10));
        Assert.Equal(2, await _grain.Add(1));
        Assert.Equal(10, await ordinary.ReadTotal(ReadConsistency.Stale));
    }

    [Fact]
    public async Task The_state_is_there_when_a_grain_is_activated()
    {
        var ordinary = one.Silo.Grains.GetGrain<IOrdinaryBasketGrain>(_grain.GetPrimaryKeyString());
        await ordinary.Add(3);
        var written = await ordinary.Read(ReadConsistency.Linearizable);
        var before = await ordinary.Where();
        await ordinary.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await Wait.UntilAsync("the grain has another activation", async () => (await ordinary.Where()).Activation != before.Activation);
        var atActivation = await ordinary.ReadAtActivation();
        Assert.Equal((3L, written.Version), (atActivation.Value.Total, atActivation.Version));
    }

    [Fact]
    public async Task Two_hundred_racing_operations_are_all_applied_once()
    {
        var totals = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _grain.Add(1).AsTask()));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), totals.Order());
    }

    private static IReplicatedBasketGrain NewGrain(OneSilo one) => one.Silo.Grains.GetGrain<IReplicatedBasketGrain>($"grain{Interlocked.Increment(ref _lastGrain)}");
}
