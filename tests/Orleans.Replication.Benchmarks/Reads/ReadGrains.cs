using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Replication.Benchmarks.States;
using Orleans.Runtime;

namespace Orleans.Replication.Benchmarks.Reads;

/// <inheritdoc/>
[Replicated]
public sealed class ReplicatedReadGrain([ReplicatedState("read")] IReplicatedState<PaddedState> state) : Grain, IReplicatedReadGrain
{
    /// <inheritdoc/>
    public ValueTask<long> Read(ReadConsistency consistency) => state.ReadAsync(now => now.Count, consistency);
}

/// <summary>Answers from its memory.</summary>
public abstract class MemoryGrain(ILocalSiloDetails silo) : Grain, IMemoryGrain
{
    private readonly long _count = Environment.TickCount64;

    /// <inheritdoc/>
    public ValueTask<long> Read() => new(_count);

    /// <inheritdoc/>
    public ValueTask<string> Where() => new(silo.SiloAddress.ToParsableString());
}

/// <inheritdoc cref="IOrdinaryGrain"/>
[RandomPlacement]
public sealed class OrdinaryGrain(ILocalSiloDetails silo) : MemoryGrain(silo), IOrdinaryGrain;

/// <inheritdoc cref="IWorkerGrain"/>
[StatelessWorker]
public sealed class WorkerGrain(ILocalSiloDetails silo) : MemoryGrain(silo), IWorkerGrain;
