using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class CounterTests(ThreeSilos silos)
{
    [Fact]
    public async Task Additions_from_all_silos_count_once_and_each_has_a_value_of_its_own()
    {
        var counters = silos.OnEach<ICounterGrain>("additions");
        var values = await Task.WhenAll(counters.SelectMany(counter => Enumerable.Range(0, 50).Select(_ => counter.Add().AsTask())));
        Assert.Equal(Enumerable.Range(1, 150).Select(i => (long)i), values.Order());
        foreach (var counter in counters)
            Assert.Equal(150, await counter.Get());
    }

    [Fact]
    public async Task Resets_between_additions_leave_none_out_and_take_none_twice()
    {
        var counters = silos.OnEach<ICounterGrain>("resets");
        var adding = Task.WhenAll(counters.Select(async counter =>
        {
            for (var i = 0; i < 40; i++)
                await counter.Add(2);
        }));
        var taken = 0L;
        while (!adding.IsCompleted)
            taken += await counters[0].Reset();
        await adding;
        Assert.Equal(240, taken + await counters[1].Reset());
        Assert.Equal(0, await counters[2].Get());
    }

    [Fact]
    public async Task A_sum_that_does_not_fit_is_refused()
    {
        var counter = silos.OnEach<ICounterGrain>("overflow")[0];
        await counter.Add(long.MaxValue);
        await Assert.ThrowsAsync<OperationRejectedException>(async () => await counter.Add(1));
        Assert.Equal(long.MaxValue, await counter.Get());
    }
}
