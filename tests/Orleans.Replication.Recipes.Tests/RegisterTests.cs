using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class RegisterTests(ThreeSilos silos)
{
    [Fact]
    public async Task A_compare_and_set_writes_only_over_the_version_that_was_read()
    {
        var registers = silos.OnEach<IRegisterGrain<string>>("cas");
        Assert.Equal(new(null, 0), await registers[0].Get());
        var first = await registers[0].CompareAndSet(0, "first");
        Assert.True(first.Written);
        var late = await registers[1].CompareAndSet(0, "late");
        Assert.Equal((false, first.Current), (late.Written, late.Current));
        var second = await registers[2].CompareAndSet(first.Current.Version, "second");
        Assert.True(second.Written && second.Current.Version > first.Current.Version);
        Assert.True(await registers[0].Set("third") > second.Current.Version);
        Assert.Equal("third", (await registers[1].Get()).Value);
    }

    [Fact]
    public async Task Read_modify_write_loops_of_three_silos_lose_no_update()
    {
        var registers = silos.OnEach<IRegisterGrain<int>>("loop");
        await Task.WhenAll(registers.Select(async register =>
        {
            for (var i = 0; i < 30; i++)
            {
                var seen = await register.Get(ReadConsistency.Stale);
                while (await register.CompareAndSet(seen.Version, seen.Value + 1) is { Written: false } lost)
                    seen = lost.Current;
            }
        }));
        Assert.Equal(90, (await registers[0].Get()).Value);
    }
}
