namespace Orleans.Replication.Benchmarks.Clustering;

/// <inheritdoc/>
internal sealed class PingGrain(Orleans.Runtime.ILocalSiloDetails silo) : Grain, IPingGrain
{
    /// <inheritdoc/>
    public Task<string> WhereAsync() => Task.FromResult(silo.SiloAddress.ToParsableString());
}
