using Orleans.Replication.Tests.Silos;
using static Orleans.Replication.Recipes.Tests.RecipeSilos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class SemaphoreTests(ThreeSilos silos)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task No_more_than_the_permits_are_held_at_once()
    {
        var semaphores = silos.OnEach<ISemaphoreGrain>("permits");
        Assert.Null(await semaphores[0].TryAcquire("early", Long));
        await semaphores[0].SetPermits(4);
        var grants = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => semaphores[i % 3].TryAcquire($"owner{i}", Long).AsTask()));
        var held = grants.OfType<LockGrant>().ToList();
        Assert.Equal(4, held.Count);
        Assert.Equal(4, held.Select(grant => grant.Token).Distinct().Count());
        var status = await semaphores[1].Get();
        Assert.Equal(4, status.Permits);
        Assert.Equal(held.OrderBy(grant => grant.Token), status.Holders);

        Assert.True(await semaphores[2].Release(held[0].Owner, held[0].Token));
        Assert.False(await semaphores[2].Release(held[0].Owner, held[0].Token));
        Assert.NotNull(await semaphores[1].TryAcquire("late", Long));
        Assert.Null(await semaphores[1].TryAcquire("later", Long));
    }

    [Fact]
    public async Task The_same_owner_may_ask_again_and_holds_one_permit()
    {
        var semaphores = silos.OnEach<ISemaphoreGrain>("again");
        await semaphores[0].SetPermits(2);
        var first = (await semaphores[0].TryAcquire("owner", Long))!;
        Assert.Equal(first.Token, (await semaphores[1].TryAcquire("owner", Long))!.Token);
        Assert.NotNull(await semaphores[2].TryAcquire("other", Long));
    }

    [Fact]
    public void Permits_whose_lease_is_over_are_free_and_fewer_permits_take_none_away()
    {
        var state = new SetPermits(2).Apply(new SemaphoreState(), At(Noon)).State;
        state = new AcquirePermit("a", TimeSpan.FromSeconds(10)).Apply(state, At(Noon, 2)).State;
        state = new AcquirePermit("b", TimeSpan.FromSeconds(20)).Apply(state, At(Noon, 3)).State;
        Assert.Null(new AcquirePermit("c", Long).Apply(state, At(Noon.AddSeconds(9), 4)).Result);
        Assert.Null(new RenewPermit("a", 2, Long).Apply(state, At(Noon.AddSeconds(10), 4)).Result);
        var (taken, grant) = new AcquirePermit("c", Long).Apply(state, At(Noon.AddSeconds(10), 4));
        Assert.Equal(4, grant!.Token);
        Assert.Equal(["b", "c"], taken.Holders.Select(holder => holder.Owner));
        var fewer = new SetPermits(1).Apply(taken, At(Noon.AddSeconds(10), 5)).State;
        Assert.NotNull(new RenewPermit("b", 3, Long).Apply(fewer, At(Noon.AddSeconds(11), 6)).Result);
        Assert.Null(new AcquirePermit("d", Long).Apply(fewer, At(Noon.AddSeconds(20), 6)).Result);
    }
}
