using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Tests.Clustering;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Replication.Tests.Storage;

/// <summary>Grains with ordinary persistent state, in a silo that is a group of its own.</summary>
public sealed class PersistentStateTests
{
    [Fact]
    public async Task A_grains_state_survives_the_silo()
    {
        await using var cluster = await SiloCluster.CreateAsync(1);
        await cluster.Grains(0).GetGrain<IVaultGrain>("сейф/1").SetAsync(5);
        await cluster.StopAsync(0);
        await cluster.StartAsync(0);
        Assert.Equal(5, await cluster.Grains(0).GetGrain<IVaultGrain>("сейф/1").GetAsync());
    }

    [Fact]
    public async Task A_conflict_deactivates_the_activation_and_the_next_call_finds_what_is_stored()
    {
        await using var cluster = await SiloCluster.CreateAsync(1);
        var vault = cluster.Grains(0).GetGrain<IVaultGrain>("1");
        await vault.SetAsync(5);
        var before = await vault.WhoAsync();
        await WriteBehindTheGrainsBackAsync(cluster, vault.GetGrainId(), 6);

        await Assert.ThrowsAsync<InconsistentStateException>(() => vault.SetAsync(7));
        Assert.Equal(6, await vault.GetAsync());
        Assert.NotEqual(before, await vault.WhoAsync());
        await vault.SetAsync(8);
    }

    [Fact]
    public async Task A_cleared_state_can_be_written_again()
    {
        await using var cluster = await SiloCluster.CreateAsync(1);
        var vault = cluster.Grains(0).GetGrain<IVaultGrain>("1");
        await vault.SetAsync(5);
        await vault.ClearAsync();
        Assert.Equal(0, await vault.GetAsync());
        await vault.SetAsync(6);
        Assert.Equal(6, await vault.GetAsync());
    }

    private static async Task WriteBehindTheGrainsBackAsync(SiloCluster cluster, GrainId grain, int amount)
    {
        var storage = cluster.Services(0).GetRequiredService<IGrainStorage>();
        var state = new GrainState<Vault>();
        await storage.ReadStateAsync("vault", grain, state);
        state.State = new() { Amount = amount };
        await storage.WriteStateAsync("vault", grain, state);
    }
}
