namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>An ordinary grain without a state, somewhere in the cluster.</summary>
[Alias("Orleans.Replication.Benchmarks.Ping")]
internal interface IPingGrain : IGrainWithIntegerKey
{
    /// <summary>The address of the silo that it is on.</summary>
    [Alias("Where")]
    Task<string> WhereAsync();
}
