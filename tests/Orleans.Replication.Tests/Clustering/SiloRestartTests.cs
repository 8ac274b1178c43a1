using System.Diagnostics;
using Orleans.Hosting;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>Silos of a Raft cluster that stop and come back.</summary>
public sealed class SiloRestartTests
{
    [Fact]
    public async Task A_silo_that_stops_is_dead_in_the_table_the_others_go_on_and_it_can_come_back()
    {
        await using var cluster = await SiloCluster.CreateAsync(3);
        await cluster.Grains(0).GetGrain<IVaultGrain>("1").SetAsync(1);
        var stopped = cluster.Address(2);
        await cluster.StopAsync(2);

        Assert.Equal(SiloStatus.Dead, (await cluster.ReadTableAsync(0)).TryGet(stopped)!.Item1.Status);
        await cluster.WaitUntilAllSeeAsync(stopped, SiloStatus.Dead);
        Assert.Equal(1, await cluster.Grains(1).GetGrain<IVaultGrain>("1").GetAsync());
        await cluster.Grains(1).GetGrain<IVaultGrain>("2").SetAsync(2);

        await cluster.StartAsync(2);
        var back = cluster.Address(2);
        Assert.Equal(stopped.Endpoint, back.Endpoint);
        Assert.True(back.Generation > stopped.Generation);
        await cluster.WaitUntilAllSeeAsync(back, SiloStatus.Active);
        Assert.Equal(2, await cluster.Grains(2).GetGrain<IVaultGrain>("2").GetAsync());
    }

    [Fact]
    public async Task Silos_that_stop_one_after_the_other_do_not_wait_for_a_majority_that_is_gone()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, silo => silo.Services.UseRaftGrainDirectoryAsDefault());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => cluster.Grains(2).GetGrain<IVaultGrain>($"{i}").SetAsync(i)));
        await cluster.StopAsync(0);
        await cluster.StopAsync(1);
        var clock = Stopwatch.StartNew();
        await cluster.StopAsync(2);

        // The runtime alone would try for a minute to record each of two states of the last silo.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(45), $"The last silo took {clock.Elapsed} to stop.");
    }

    [Fact]
    public async Task After_all_silos_were_stopped_they_start_again_on_the_same_endpoints()
    {
        await using var cluster = await SiloCluster.CreateAsync(3);
        await cluster.Grains(0).GetGrain<IVaultGrain>("1").SetAsync(1);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.StopAsync));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.StartAsync));
        for (var i = 0; i < 3; i++)
            await cluster.WaitUntilAllSeeAsync(cluster.Address(i), SiloStatus.Active);
        Assert.Equal(1, await cluster.Grains(1).GetGrain<IVaultGrain>("1").GetAsync());
    }
}
