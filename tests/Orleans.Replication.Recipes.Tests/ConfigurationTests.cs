using System.Collections.Immutable;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class ConfigurationTests(ThreeSilos silos)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_settings_change_at_once_or_not_at_all()
    {
        var configurations = silos.OnEach<IConfigurationGrain>("change");
        var first = await configurations[0].Change(Changes(("colour", "red"), ("size", "7")), expectedVersion: 0);
        Assert.True(first.Changed);
        var late = await configurations[1].Change(Changes(("colour", "blue"), ("new", "1")), expectedVersion: 0);
        Assert.False(late.Changed);
        Assert.Equal((first.Now.Version, "red", false), (late.Now.Version, late.Now.Values["colour"], late.Now.Values.ContainsKey("new")));
        var second = await configurations[1].Change(Changes(("colour", null), ("new", "1")), first.Now.Version);
        Assert.True(second.Changed && second.Now.Version > first.Now.Version);
        foreach (var configuration in configurations)
            Assert.Equal(["new=1", "size=7"], (await configuration.Get()).Values.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public async Task Every_silo_hears_of_every_change_once_and_in_order()
    {
        var configurations = silos.OnEach<IConfigurationGrain>("watch");
        var watching = configurations.Select(configuration => TakeAsync(configuration.Watch(0, Cancelled), 20)).ToList();
        var versions = new List<long>();
        for (var i = 1; i <= 20; i++)
        {
            versions.Add((await configurations[i % 3].Set("number", $"{i}")).Version);

            // Nothing is changed by it, so nobody is told.
            await configurations[0].Set("number", $"{i}");
        }

        foreach (var seen in await Task.WhenAll(watching))
        {
            Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), seen.Select(settings => settings.Values["number"]));
            Assert.Equal(versions, seen.Select(settings => settings.Version));
        }

        var resumed = await TakeAsync(configurations[1].Watch(versions[16], Cancelled), 3);
        Assert.Equal(versions[17..], resumed.Select(settings => settings.Version));
    }

    private static ImmutableSortedDictionary<string, string?> Changes(params (string Key, string? Value)[] changes) =>
        changes.ToImmutableSortedDictionary(change => change.Key, change => change.Value, StringComparer.Ordinal);

    private static async Task<List<Settings>> TakeAsync(IAsyncEnumerable<Settings> watch, int count)
    {
        var taken = new List<Settings>();
        await foreach (var settings in watch)
        {
            taken.Add(settings);
            if (taken.Count == count)
                break;
        }

        return taken;
    }
}
