using Orleans.Concurrency;

namespace Orleans.Replication.Benchmarks.Reads;

/// <summary>A replicated grain that is read.</summary>
public interface IReplicatedReadGrain : IGrainWithIntegerKey
{
    /// <summary>Reads the state.</summary>
    [ReadOnly]
    ValueTask<long> Read(ReadConsistency consistency);
}

/// <summary>A grain of Orleans' own that answers from its memory.</summary>
public interface IMemoryGrain : IGrainWithIntegerKey
{
    /// <summary>Answers.</summary>
    [ReadOnly]
    ValueTask<long> Read();

    /// <summary>The silo that it is on.</summary>
    [ReadOnly]
    ValueTask<string> Where();
}

/// <summary>One in the cluster.</summary>
public interface IOrdinaryGrain : IMemoryGrain;

/// <summary>Some on each silo.</summary>
public interface IWorkerGrain : IMemoryGrain;
