using Orleans.Replication.Tests.Silos;
using static Orleans.Replication.Recipes.Tests.RecipeSilos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class LockTests(ThreeSilos silos)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_of_three_silos_gets_the_lock_and_the_next_after_it_was_given_back()
    {
        var locks = silos.OnEach<ILockGrain>("one");
        var grants = await Task.WhenAll(locks.Select((l, i) => l.TryAcquire($"owner{i}", Long).AsTask()));
        var grant = Assert.Single(grants, g => g is not null)!;
        Assert.Equal(grant, await locks[0].Get());
        Assert.False(await locks[1].Release(grant.Owner, grant.Token - 1));
        Assert.False(await locks[1].Release("somebody", grant.Token));
        Assert.True(await locks[1].Release(grant.Owner, grant.Token));
        Assert.Null(await locks[2].Get());
        Assert.False(await locks[1].Release(grant.Owner, grant.Token));
        Assert.True((await locks[2].TryAcquire("next", Long))!.Token > grant.Token);
    }

    [Fact]
    public async Task The_same_owner_may_ask_again_and_keeps_its_token()
    {
        var locks = silos.OnEach<ILockGrain>("again");
        var first = (await locks[0].TryAcquire("owner", Long))!;
        var second = (await locks[1].TryAcquire("owner", Long))!;
        Assert.Equal((first.Token, "owner"), (second.Token, second.Owner));
        Assert.True(second.ExpiresAt >= first.ExpiresAt);
    }

    [Fact]
    public async Task Who_waits_gets_the_lock_when_it_is_given_back()
    {
        var locks = silos.OnEach<ILockGrain>("wait");
        var first = (await locks[0].TryAcquire("first", Long))!;
        var waiting = locks[1].Acquire("second", Long, Patience, Cancelled).AsTask();
        Assert.True(await locks[0].Release("first", first.Token));
        Assert.True((await waiting)!.Token > first.Token);
    }

    [Fact]
    public async Task Who_waits_gets_the_lock_when_the_lease_of_a_dead_holder_is_over()
    {
        var locks = silos.OnEach<ILockGrain>("dead");
        var dead = (await locks[0].TryAcquire("dead", TimeSpan.FromMilliseconds(300)))!;
        var next = (await locks[1].Acquire("next", Long, Patience, Cancelled))!;
        Assert.True(next.Token > dead.Token);
        Assert.True(next.ExpiresAt - Long >= dead.ExpiresAt, "The lock was taken before its lease was over.");
        Assert.Null(await locks[0].Renew("dead", dead.Token, Long));
        Assert.False(await locks[0].Release("dead", dead.Token));
        Assert.Null(await locks[2].Acquire("third", Long, TimeSpan.Zero, Cancelled));
    }

    [Fact]
    public async Task A_stale_holders_guarded_write_is_refused()
    {
        var locks = silos.OnEach<ILockGrain>("guard");
        var resources = silos.OnEach<IFencedRegisterGrain<string>>("guard");
        var stale = (await locks[0].TryAcquire("stale", Short))!;
        Assert.True((await resources[0].Write(stale.Token, "by stale")).Accepted);

        // The lease ends while the holder sleeps, and it does not know.
        var fresh = (await locks[1].Acquire("fresh", Long, Patience, Cancelled))!;
        Assert.Equal("by stale", (await resources[1].Fence(fresh.Token)).Current.Value);
        var refused = await resources[0].Write(stale.Token, "by stale, too late");
        Assert.Equal((false, fresh.Token), (refused.Accepted, refused.Current.Fence));
        Assert.False((await resources[0].Fence(stale.Token)).Accepted);
        Assert.True((await resources[1].Write(fresh.Token, "by fresh")).Accepted);
        Assert.Equal(("by fresh", fresh.Token), ((await resources[2].Get()).Value, (await resources[2].Get()).WrittenBy));
    }

    [Fact]
    public async Task Increments_under_the_lock_are_never_lost_although_leases_end_under_the_holders()
    {
        var locks = silos.OnEach<ILockGrain>("contended");
        var resources = silos.OnEach<IFencedRegisterGrain<int>>("contended");
        var rounds = await Task.WhenAll(locks.Select((l, i) => IncrementAsync(l, resources[i], $"owner{i}", times: 15)));
        Assert.Equal(45, (await resources[0].Get()).Value);
        Assert.Equal(rounds.Sum(round => round.Count), rounds.SelectMany(round => round).Distinct().Count());
        Assert.All(rounds, tokens => Assert.Equal(tokens.Order(), tokens));
    }

    [Fact]
    public async Task A_lock_survives_the_restart_of_its_silo()
    {
        using var folder = new TestFolder();
        LockGrant held;
        await using (var before = await TestSilo.StartOneAsync(folder.Path))
            held = (await before.Grains.GetGrain<ILockGrain>("kept").TryAcquire("owner", Long))!;
        await using var after = await TestSilo.StartOneAsync(folder.Path);
        var again = after.Grains.GetGrain<ILockGrain>("kept");
        Assert.Equal(held, await again.Get());
        Assert.Null(await again.TryAcquire("other", Long));
        Assert.True(await again.Release("owner", held.Token));
        Assert.True((await again.TryAcquire("other", Long))!.Token > held.Token);
    }

    [Fact]
    public void The_lease_is_over_for_the_first_operation_with_a_timestamp_at_its_end()
    {
        var (state, grant) = new AcquireLock("a", Long).Apply(new LockState(), At(Noon, index: 7));
        Assert.Equal(new LockGrant("a", 7, Noon + Long), grant);
        var lastTick = Noon + Long - TimeSpan.FromTicks(1);
        Assert.Null(new AcquireLock("b", Long).Apply(state, At(lastTick, 8)).Result);
        Assert.NotNull(new RenewLock("a", 7, Long).Apply(state, At(lastTick, 8)).Result);
        Assert.Null(new RenewLock("a", 7, Long).Apply(state, At(Noon + Long, 8)).Result);
        Assert.False(new ReleaseLock("a", 7).Apply(state, At(Noon + Long, 8)).Result);
        Assert.Equal(8, new AcquireLock("b", Long).Apply(state, At(Noon + Long, 8)).Result!.Token);

        // Also the same owner begins anew: what it did under the first token may have been overtaken.
        Assert.Equal(8, new AcquireLock("a", Long).Apply(state, At(Noon + Long, 8)).Result!.Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(86_400_001)]
    public async Task A_lease_out_of_range_is_refused(int milliseconds)
    {
        var grain = silos.OnEach<ILockGrain>("range")[0];
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await grain.TryAcquire("owner", TimeSpan.FromMilliseconds(milliseconds)));
    }

    /// <returns>The tokens with which it wrote, in order.</returns>
    private static async Task<List<long>> IncrementAsync(ILockGrain l, IFencedRegisterGrain<int> resource, string owner, int times)
    {
        var tokens = new List<long>();
        while (tokens.Count < times)
        {
            // So short a lease is over under some of them.
            if (await l.Acquire(owner, TimeSpan.FromMilliseconds(10), Patience, Cancelled) is not { } grant)
                continue;
            Assert.True(tokens.Count == 0 || grant.Token > tokens[^1], $"Token {grant.Token} was given after {tokens.LastOrDefault()}.");
            var begun = await resource.Fence(grant.Token);
            if (begun.Accepted && (await resource.Write(grant.Token, begun.Current.Value + 1)).Accepted)
                tokens.Add(grant.Token);
            await l.Release(owner, grant.Token);
        }

        return tokens;
    }
}
