using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Surface;

/// <summary>What an orchestrator asks a process: <c>/health/live</c> and <c>/health/ready</c>.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private KeyValueCluster? _cluster;

    private KeyValueCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster was not started.");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await KeyValueCluster.StartAsync(cancellationToken: Cancelled);

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_silo_is_ready_with_a_leader_and_not_without_a_quorum_nor_before_its_damaged_replica_is_whole_and_alive_all_the_while()
    {
        foreach (var silo in Cluster.Silos)
            await RequireAsync(silo, live: 200, ready: 200);

        // A damaged log goes to quarantine at the start; there is nobody who could make it whole.
        var survivor = Cluster.Silos[0];
        var damaged = Cluster.Silos[1];
        damaged.Kill();
        Cluster.Silos[2].Kill();
        await RequireAsync(survivor, live: 200, ready: 503);
        File.Delete(Path.Combine(Cluster.DataOf(damaged), "groups", "default", "log", "checkpoint"));
        survivor.Kill();
        await damaged.StartAsync();
        await RequireAsync(damaged, live: 200, ready: 503);
        await Eventually.HoldsAsync(
            async token => (await damaged.Client.GetStatusAsync(token))?.Quarantine is { Length: > 0 }, "the damaged silo to say that it is in quarantine", Cancelled);
        Assert.Equal(503, await damaged.Client.GetHealthAsync("ready", Cancelled));

        await Cluster.HealAsync(Cancelled);
        foreach (var silo in Cluster.Silos)
            await RequireAsync(silo, live: 200, ready: 200);
        Assert.Null((await damaged.Client.GetStatusAsync(Cancelled))?.Quarantine);
    }

    [Fact]
    public async Task A_silo_that_says_it_is_ready_serves()
    {
        for (var life = 0; life < 3; life++)
        {
            var silo = Cluster.Silos[life];
            silo.Kill();
            await silo.StartAsync();
            await Eventually.HoldsAsync(async token => await silo.Client.GetHealthAsync("ready", token) == 200, $"{silo} to be ready", Cancelled);
            Assert.Equal(CallOutcome.Acknowledged, (await silo.Client.AddAsync("lives", 1, Cancelled)).Outcome);
        }
    }

    private static Task RequireAsync(KeyValueSilo silo, int live, int ready) => Eventually.HoldsAsync(
        async token => await silo.Client.GetHealthAsync("live", token) == live && await silo.Client.GetHealthAsync("ready", token) == ready,
        $"{silo} to answer {live} when asked whether it is alive and {ready} whether it is ready",
        Cancelled);
}
