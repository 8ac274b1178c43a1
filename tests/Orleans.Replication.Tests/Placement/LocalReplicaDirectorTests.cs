using System.Net;
using Orleans.Replication.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Orleans.Replication.Tests.Placement;

public sealed class LocalReplicaDirectorTests
{
    private static readonly SiloAddress Local = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress[] Others = [SiloAddress.New(IPAddress.Loopback, 2, 1), SiloAddress.New(IPAddress.Loopback, 3, 1)];

    /// <summary>What Orleans knows about the cluster at the moment of a call.</summary>
    private sealed record Cluster(SiloStatus LocalSiloStatus, params SiloAddress[] Compatible) : IPlacementContext
    {
        public SiloAddress LocalSilo => Local;

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => Compatible;

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) => throw new NotSupportedException();
    }

    [Theory]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.Active)]
    public async Task A_silo_that_serves_places_on_itself(SiloStatus status) =>
        Assert.Equal(Local, await PlaceAsync(new Cluster(status, [.. Others, Local]), "g"));

    [Theory]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Stopping)]
    [InlineData(SiloStatus.Dead)]
    public async Task A_silo_that_leaves_sends_each_grain_to_one_other(SiloStatus status)
    {
        var chosen = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => PlaceAsync(new Cluster(status, [.. Others, Local]), $"g{i}")));
        var again = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => PlaceAsync(new Cluster(status, [.. Others, Local]), $"g{i}")));
        Assert.Equal(Others.ToHashSet(), chosen.ToHashSet());
        Assert.Equal(chosen, again);
    }

    [Fact]
    public async Task A_silo_without_the_class_sends_the_call_on() =>
        Assert.Contains(await PlaceAsync(new Cluster(SiloStatus.Active, Others), "g"), Others);

    [Fact]
    public async Task The_last_silo_says_that_nobody_is_left_when_it_leaves() =>
        await Assert.ThrowsAsync<OrleansException>(() => PlaceAsync(new Cluster(SiloStatus.ShuttingDown, Local), "g"));

    [Fact]
    public async Task A_silo_without_a_replica_in_service_sends_the_call_on_unless_there_is_nobody_else()
    {
        Assert.Contains(await PlaceAsync(new Cluster(SiloStatus.Active, [.. Others, Local]), "g", hasReplica: false), Others);
        Assert.Equal(Local, await PlaceAsync(new Cluster(SiloStatus.Active, Local), "g", hasReplica: false));
    }

    private static Task<SiloAddress> PlaceAsync(IPlacementContext context, string key, bool hasReplica = true) => new LocalReplicaDirector(new Replicas(hasReplica)).OnAddActivation(
        new ReplicatedPlacement(), new PlacementTarget(GrainId.Create("t", key), [], default, 0), context);

    private sealed class Replicas(bool serve) : ILocalReplicas
    {
        public bool Serve(GrainType grainType) => serve;
    }
}
