using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Replication.Tests.States.Versions;

/// <summary>The version of the operations in groups of real silos.</summary>
public sealed class OperationsVersionTests : IDisposable
{
    private static readonly StateReference<Basket> Reference = new(GrainId.Create("t", "k"), "s");
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_version_that_was_raised_stays_and_refuses_a_silo_with_earlier_code()
    {
        await using (var silo = await StartAloneAsync(version: 2))
        {
            await WaitForVersionAsync(2, silo);
            Assert.Equal(2, await State(silo).ApplyAsync(new Weigh(1), TestContext.Current.CancellationToken));
        }

        var refused = await Assert.ThrowsAsync<ReplicationConfigurationException>(() => StartAloneAsync(version: 1));
        Assert.Contains("Version 2 of the operations is in force in this group, and this silo's code has version 1", refused.Message, StringComparison.Ordinal);
        await using var newer = await StartAloneAsync(version: 3);
        Assert.Equal(2, State(newer).Value.Total);
        await WaitForVersionAsync(3, newer);
        Assert.Equal(5, await State(newer).ApplyAsync(new Weigh(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_operation_of_a_version_that_the_silo_does_not_declare_is_a_mistake_in_its_configuration()
    {
        await using var silo = await StartAloneAsync(version: 1);
        var error = await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await State(silo).ApplyAsync(new Ninth(), TestContext.Current.CancellationToken));
        Assert.Contains("Set RaftReplicationOptions.OperationsVersion to 9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_waits_for_the_last_silo_and_a_new_operation_is_refused_until_then()
    {
        var peers = FreePorts.Take(3).Select((port, i) => ThreeSilos.MakePeer(_folder.Sub($"silo{i}"), port)).ToArray();
        var silos = new[] { Create(0, peers, version: 2), Create(1, peers, version: 2), Create(2, peers, version: 1) };
        try
        {
            await Task.WhenAll(silos.Select(silo => silo.StartAsync()));
            Assert.Equal(1, await State(silos[0]).ApplyAsync(new Weigh(1), TestContext.Current.CancellationToken));
            var group = silos[0].Services.GetRequiredService<IReplicationGroup>();
            var refused = await Assert.ThrowsAsync<OperationNotYetAvailableException>(async () => await State(silos[0]).ApplyAsync(new Second(), TestContext.Current.CancellationToken));
            Assert.Equal((2, 1), (refused.RequiredVersion, refused.VersionInForce));
            await Assert.ThrowsAsync<OperationNotYetAvailableException>(async () =>
                await group.TransactAsync(new GroupTransaction().Apply(Reference, new Weigh(5)).Apply(Reference, new Second()), TestContext.Current.CancellationToken));

            // A silo that is away has not got it either.
            await silos[2].DisposeAsync();
            Assert.Equal(2, await State(silos[1]).ApplyAsync(new Weigh(1), TestContext.Current.CancellationToken));
            Assert.Equal(1, group.OperationsVersion);
            silos[2] = Create(2, peers, version: 2);
            await silos[2].StartAsync();
            foreach (var silo in silos)
                await WaitForVersionAsync(2, silo);
            Assert.Equal(2, await State(silos[2]).ApplyAsync(new Second(), TestContext.Current.CancellationToken));
            var done = await group.TransactAsync(new GroupTransaction().Apply(Reference, new Weigh(1)).Apply(Reference, new Second()), TestContext.Current.CancellationToken);
            Assert.True(done.Committed);
            foreach (var silo in silos)
                Assert.Equal(6, (await State(silo).ReadAsync(null, TestContext.Current.CancellationToken)).Total);
        }
        finally
        {
            await Task.WhenAll(silos.Select(async silo => await silo.DisposeAsync()));
        }
    }

    [Fact]
    public void The_error_keeps_what_it_says_on_its_way_to_another_silo()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var error = serializer.Deserialize<OperationNotYetAvailableException>(serializer.SerializeToArray(new OperationNotYetAvailableException("Some.Operation", 3, 2)))!;
        Assert.Equal((3, 2), (error.RequiredVersion, error.VersionInForce));
        Assert.Contains("Operation Some.Operation belongs to version 3 of the operations, and version 2 is in force", error.Message, StringComparison.Ordinal);
    }

    private static IReplicatedState<Basket> State(TestSilo silo) => silo.Services.GetRequiredService<IReplicationGroup>().GetState(Reference);

    private static Task WaitForVersionAsync(int version, TestSilo silo) => Wait.UntilAsync(
        $"version {version} is in force", () => Task.FromResult(silo.Services.GetRequiredService<IReplicationGroup>().OperationsVersion == version));

    private Task<TestSilo> StartAloneAsync(int version) => TestSilo.StartOneAsync(_folder.Sub("alone"), options => options.OperationsVersion = version);

    private TestSilo Create(int index, string[] peers, int version) => TestSilo.Create(silo => silo.UseRaftClustering().AddRaftReplication(options =>
    {
        options.DataDirectory = _folder.Sub($"silo{index}");
        options.OperationsVersion = version;
        foreach (var peer in peers)
            options.Peers.Add(peer);
    }));
}
