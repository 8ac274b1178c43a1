using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class MapTests(ThreeSilos silos)
{
    [Fact]
    public async Task What_one_silo_sets_all_silos_read()
    {
        var maps = silos.OnEach<IMapGrain<int>>("set");
        Assert.Equal(default, await maps[0].Get("a"));
        Assert.Equal(default, await maps[0].Set("a", 1));
        Assert.Equal(new(true, 1), await maps[1].Set("a", 2));
        foreach (var map in maps)
            Assert.Equal(new(true, 2), await map.Get("a"));
        Assert.Equal(new(true, 2), await maps[2].Remove("a"));
        Assert.Equal(default, await maps[0].Remove("a"));
    }

    [Fact]
    public async Task Of_several_that_add_a_key_one_succeeds_and_of_several_that_remove_it_one_gets_the_value()
    {
        var maps = silos.OnEach<IMapGrain<string>>("add");
        for (var i = 0; i < 20; i++)
        {
            var key = $"key{i}";
            var added = await Task.WhenAll(maps.Select((map, silo) => map.TryAdd(key, $"silo{silo}").AsTask()));
            Assert.Single(added, succeeded => succeeded);
            var removed = await Task.WhenAll(maps.Select(map => map.Remove(key).AsTask()));
            Assert.Equal($"silo{Array.IndexOf(added, true)}", Assert.Single(removed, entry => entry.Exists).Value);
        }
    }

    [Fact]
    public async Task Keys_are_in_ordinal_order_and_every_replica_has_the_same_bytes()
    {
        var maps = silos.OnEach<IMapGrain<string>>("order");
        string[] keys = ["b", "Z", "a", "ä", "a-b", "ab", "A"];
        for (var i = 0; i < keys.Length; i++)
            await maps[i % 3].Set(keys[i], keys[i]);
        foreach (var map in maps)
            Assert.Equal(keys.Order(StringComparer.Ordinal), (await map.GetAll()).Keys);

        // What it was and is compared with is what is left of the comparer after a journey over the disk.
        Assert.True(await maps[0].TryAdd("B", "B"));
        Assert.Equal(keys.Append("B").Order(StringComparer.Ordinal), (await maps[1].GetAll()).Keys);
        await Task.WhenAll(silos.All.Select(silo => silo.Group.ReadBarrierAsync(TestContext.Current.CancellationToken).AsTask()));
        var replicas = silos.All.Select(silo => string.Join('\n', silo.Group.GetReader("states").Scan(default)
            .Where(row => System.Text.Encoding.UTF8.GetString(row.Key.Span).Contains("order", StringComparison.Ordinal))
            .Select(row => Convert.ToHexString(row.Value.Value.Span)))).ToList();
        Assert.NotEqual("", replicas[0]);
        Assert.Single(replicas.Distinct());
    }
}
