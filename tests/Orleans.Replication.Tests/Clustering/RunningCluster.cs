namespace Orleans.Replication.Tests.Clustering;

/// <summary>A running cluster of three silos, shared by tests that leave it running.</summary>
public sealed class RunningCluster : IAsyncLifetime
{
    private SiloCluster? _cluster;

    internal SiloCluster Cluster => _cluster!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _cluster = await SiloCluster.CreateAsync(3);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster!.DisposeAsync();
}
