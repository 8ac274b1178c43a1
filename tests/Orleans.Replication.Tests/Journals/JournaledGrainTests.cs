using Orleans.Hosting;
using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Journals;

/// <summary>Orleans' journaled grains on the provider.</summary>
public sealed class JournaledGrainTests
{
    [Fact]
    public async Task What_was_confirmed_survives_the_silo()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithJournals);
        await Ledger(cluster).NameAsync("Касса");
        await Ledger(cluster).BookAllAsync([1, 2, 3]);
        await cluster.StopAsync(0);
        await cluster.StartAsync(0);
        Assert.Equal((6, "Касса", 4), await Ledger(cluster).LookAsync());
        await Ledger(cluster).BookAsync(4);
        Assert.Equal((10, "Касса", 5), await Ledger(cluster).ReadAsync());
    }

    [Fact]
    public async Task Confirmed_events_are_retrieved_and_ranges_that_are_none_are_refused()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithJournals);
        await Ledger(cluster).BookAllAsync([1, 2, 3, 4]);
        AssertAmounts(await Ledger(cluster).AmountsAsync(1, 3), 2, 3);
        AssertAmounts(await Ledger(cluster).AmountsAsync(0, 4), 1, 2, 3, 4);
        Assert.Empty(await Ledger(cluster).AmountsAsync(4, 4));
        await Assert.ThrowsAsync<ArgumentException>(() => Ledger(cluster).AmountsAsync(0, 5));
    }

    [Fact]
    public async Task A_cleared_journal_begins_anew()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithJournals);
        await Ledger(cluster).BookAllAsync([1, 2]);
        await Ledger(cluster).ClearAsync();
        Assert.Equal((0, "", 0), await Ledger(cluster).LookAsync());
        await Ledger(cluster).BookAsync(5);
        Assert.Equal((5, "", 1), await Ledger(cluster).ReadAsync());
        AssertAmounts(await Ledger(cluster).AmountsAsync(0, 1), 5);
    }

    [Fact]
    public async Task An_event_that_is_too_large_is_refused_where_it_is_raised_and_the_grain_goes_on()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, silo =>
        {
            WithJournals(silo);
            silo.AddRaftReplication(options => options.MaxCommandBytes = 4096);
        });
        await Assert.ThrowsAsync<ArgumentException>(() => Ledger(cluster).BookAsync(1, new string('a', 5000)));
        // Together these are larger than a command.
        for (var i = 0; i < 3; i++)
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Ledger(cluster).BookAsync(1, new string('a', 1500))));
        Assert.Equal((15, "", 15), await Ledger(cluster).ReadAsync());
    }

    [Fact]
    public async Task Instances_on_all_silos_stay_in_step_without_being_asked()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, WithJournals);
        var instances = Replicated(cluster);
        foreach (var instance in instances)
            await instance.LookAsync();

        await instances[0].BookAllAsync([1, 2]);
        await WaitUntilAllKnowAsync(instances, (3, "", 2));
        await instances[1].NameAsync("Касса");
        await WaitUntilAllKnowAsync(instances, (3, "Касса", 3));
        await instances[2].ClearAsync();
        await WaitUntilAllKnowAsync(instances, (0, "", 0));
        await instances[1].BookAsync(7);
        await WaitUntilAllKnowAsync(instances, (7, "", 1));
    }

    [Fact]
    public async Task Events_that_instances_raise_at_once_are_all_kept_once()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, WithJournals);
        var instances = Replicated(cluster);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => instances[i % 3].BookAsync(i)));
        await WaitUntilAllKnowAsync(instances, (435, "", 30));
        Assert.Equal(Enumerable.Range(0, 30), (await instances[0].AmountsAsync(0, 30)).Order());
        Assert.Equal(await instances[0].AmountsAsync(0, 30), await instances[1].AmountsAsync(0, 30));
    }

    [Fact]
    public async Task Of_conditional_events_at_one_version_one_happens()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, WithJournals);
        var instances = Replicated(cluster);
        await instances[0].BookAsync(100);
        await WaitUntilAllKnowAsync(instances, (100, "", 1));

        var outcomes = await Task.WhenAll(instances.Select(instance => instance.TryBookAsync(1)));
        var happened = outcomes.Count(outcome => outcome);
        Assert.InRange(happened, 1, 3);
        await WaitUntilAllKnowAsync(instances, (100 + happened, "", 1 + happened));
    }

    private static void AssertAmounts(int[] actual, params int[] expected) => Assert.Equal(expected, actual);

    private static ILedgerGrain Ledger(SiloCluster cluster) => cluster.Grains(0).GetGrain<ILedgerGrain>("1", typeof(LedgerGrain).FullName);

    private static ILedgerGrain[] Replicated(SiloCluster cluster) =>
        [.. Enumerable.Range(0, 3).Select(silo => (ILedgerGrain)cluster.Grains(silo).GetGrain<IReplicatedLedgerGrain>("1"))];

    private static async Task WaitUntilAllKnowAsync(ILedgerGrain[] instances, (int Sum, string Name, int Version) expected)
    {
        foreach (var instance in instances)
            await Wait.UntilAsync($"every instance knows {expected}", async () => await instance.LookAsync() == expected);
    }

    private static void WithJournals(ISiloBuilder silo) => silo.AddRaftLogConsistencyProvider(LedgerGrain.ProviderName);
}
