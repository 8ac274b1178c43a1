using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.Grains;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Placement;

/// <summary>Which silos answer a client outside the cluster that has the gateways of all three.</summary>
public sealed class ClientReadsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Calls = 300;

    private SiloCluster? _cluster;

    private SiloCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster was not started.");

    public async ValueTask InitializeAsync() => _cluster = await SiloCluster.CreateAsync(3);

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Reads_of_one_grain_by_any_replica_are_answered_evenly_by_all_silos_and_see_the_client_s_last_write()
    {
        var grain = (await Cluster.ConnectClientAsync()).GetGrain<IReplicatedBasketGrain>("hot");
        Dictionary<SiloAddress, int> answers = [];
        for (var i = 0; i < Calls; i++)
        {
            var written = i % 10 == 0 ? await grain.Add(1) : i / 10 + 1;
            var (where, total) = await grain.ReadAnywhere(ReadConsistency.Linearizable);
            Assert.Equal(written, total);
            answers[where.Silo] = answers.GetValueOrDefault(where.Silo) + 1;
        }

        output.WriteLine(string.Join(", ", answers.Values));
        Assert.Equal(3, answers.Count);

        // One gateway after the other, but for the few calls in between that the client makes for itself.
        Assert.All(answers.Values, count => Assert.True(count > Calls / 4, $"A silo answered only {count} of {Calls} reads."));
    }

    [Fact]
    public async Task Reads_by_any_replica_go_on_at_the_others_when_a_gateway_has_left()
    {
        var grain = (await Cluster.ConnectClientAsync()).GetGrain<IReplicatedBasketGrain>("leaving");
        await grain.Add(1);
        await Cluster.StopAsync(1);
        HashSet<SiloAddress> answers = [];
        for (var i = 0; i < Calls; i++)
        {
            var (where, total) = await grain.ReadAnywhere(ReadConsistency.Linearizable);
            Assert.Equal(1, total);
            answers.Add(where.Silo);
        }

        Assert.Equal([Cluster.Address(0), Cluster.Address(2)], answers.OrderBy(silo => silo == Cluster.Address(0) ? 0 : 1));
    }

    /// <summary>What Orleans does with everything else, and why there is an attribute.</summary>
    [Fact]
    public async Task Other_calls_of_one_grain_are_answered_by_one_silo()
    {
        var grain = (await Cluster.ConnectClientAsync()).GetGrain<IReplicatedBasketGrain>("cold");
        HashSet<SiloAddress> answers = [];
        for (var i = 0; i < Calls; i++)
            answers.Add((await grain.Where()).Silo);
        Assert.Single(answers);
    }
}
