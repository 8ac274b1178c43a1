using System.Net;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>Three silos that form one cluster with nothing but a Raft group among them.</summary>
public sealed class RaftClusteringTests(RunningCluster silos) : IClassFixture<RunningCluster>
{
    private readonly SiloCluster _cluster = silos.Cluster;

    [Fact]
    public async Task Three_silos_become_one_cluster()
    {
        for (var i = 0; i < 3; i++)
            await _cluster.WaitUntilAllSeeAsync(_cluster.Address(i), SiloStatus.Active);
        var active = (await _cluster.ReadTableAsync(0)).Members.Where(row => row.Item1.Status == SiloStatus.Active).Select(row => row.Item1.SiloAddress);
        Assert.Superset(Enumerable.Range(0, 3).Select(_cluster.Address).ToHashSet(), active.ToHashSet());
    }

    [Fact]
    public async Task An_ordinary_client_with_a_static_list_of_gateways_reaches_the_cluster()
    {
        var client = await _cluster.ConnectClientAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => client.GetGrain<IVaultGrain>($"{i}").SetAsync(i)));
        for (var i = 0; i < 30; i++)
            Assert.Equal(i, await _cluster.Grains(i % 3).GetGrain<IVaultGrain>($"{i}").GetAsync());
    }

    [Fact]
    public async Task A_silo_that_answers_no_probe_is_declared_dead_by_the_votes_of_the_others()
    {
        var table = _cluster.Table(0);
        var silent = SiloAddress.New(IPAddress.Loopback, 1, SiloAddress.AllocateNewGeneration());
        var entry = new MembershipEntry
        {
            SiloAddress = silent,
            Status = SiloStatus.Active,
            HostName = "nowhere",
            SiloName = "silent",
            StartTime = DateTime.UtcNow,
            IAmAliveTime = DateTime.UtcNow,
        };
        while (!await table.InsertRowAsync(entry, (await table.ReadAllAsync()).Version.Next()))
            await Task.Yield();

        await _cluster.WaitUntilAllSeeAsync(silent, SiloStatus.Dead);
        var row = (await _cluster.ReadTableAsync(1)).TryGet(silent)!.Item1;
        Assert.Equal(SiloStatus.Dead, row.Status);
        Assert.NotEmpty(row.SuspectTimes!);
    }
}
