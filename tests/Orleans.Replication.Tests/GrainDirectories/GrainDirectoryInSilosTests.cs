using Microsoft.Extensions.DependencyInjection;
using Orleans.GrainDirectory;
using Orleans.Hosting;
using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <summary>Grains that Orleans registers in the directory.</summary>
public sealed class GrainDirectoryInSilosTests
{
    [Fact]
    public async Task Calls_from_all_silos_at_once_reach_one_activation_and_it_is_the_registered_one()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, WithDirectory);
        for (var grain = 0; grain < 5; grain++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Grain(cluster, i % 3, grain).WhoAsync()));
            var (activation, silo) = Assert.Single(answers.Distinct());
            var address = await Directory(cluster, 0).Lookup(Grain(cluster, 0, grain).GetGrainId());
            Assert.Equal((activation, silo), (address!.ActivationId.ToParsableString(), address.SiloAddress!.ToParsableString()));
        }
    }

    [Fact]
    public async Task An_activation_that_ends_is_unregistered()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithDirectory);
        var grain = Grain(cluster, 0, 1);
        await grain.WhoAsync();
        await grain.LeaveAsync();
        await Wait.UntilAsync("the activation is unregistered", async () => await Directory(cluster, 0).Lookup(grain.GetGrainId()) is null);
    }

    [Fact]
    public async Task Grains_of_a_silo_that_stops_live_on_elsewhere_and_are_registered_there()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, WithDirectory);
        var gone = cluster.Address(2);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Grain(cluster, i % 3, i).WhoAsync()));
        await cluster.StopAsync(2);
        await cluster.WaitUntilAllSeeAsync(gone, SiloStatus.Dead);
        for (var i = 0; i < 12; i++)
        {
            var (activation, silo) = await Grain(cluster, i % 2, i).WhoAsync();
            Assert.NotEqual(gone.ToParsableString(), silo);
            Assert.Equal(activation, (await Directory(cluster, 0).Lookup(Grain(cluster, 0, i).GetGrainId()))!.ActivationId.ToParsableString());
        }
    }

    private static IPreciousGrain Grain(SiloCluster cluster, int silo, int grain) => cluster.Grains(silo).GetGrain<IPreciousGrain>($"{grain}");

    private static IGrainDirectory Directory(SiloCluster cluster, int silo) =>
        cluster.Services(silo).GetRequiredKeyedService<IGrainDirectory>(PreciousGrain.DirectoryName);

    private static void WithDirectory(ISiloBuilder silo) => silo.AddRaftGrainDirectory(PreciousGrain.DirectoryName);
}
