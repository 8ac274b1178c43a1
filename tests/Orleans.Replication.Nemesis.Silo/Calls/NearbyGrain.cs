using Orleans.Runtime;

namespace Orleans.Replication.Nemesis.Silo.Calls;

/// <inheritdoc/>
[Replicated]
public sealed class NearbyGrain([ReplicatedState("nearby")] IReplicatedState<NearbyState> state, ILocalSiloDetails silo) : Grain, INearbyGrain
{
    /// <inheritdoc/>
    public async ValueTask<string> Read(ReadConsistency consistency)
    {
        await state.ReadAsync(consistency);
        return silo.SiloAddress.ToParsableString();
    }

    /// <inheritdoc/>
    public async ValueTask<string> Add()
    {
        await state.ApplyAsync(new AddOne());
        return silo.SiloAddress.ToParsableString();
    }
}

/// <summary>A number.</summary>
[GenerateSerializer, Immutable]
public sealed record NearbyState
{
    /// <summary>The number.</summary>
    [Id(0)] public long Count { get; init; }
}

/// <summary>Adds one.</summary>
[GenerateSerializer, Immutable]
public sealed record AddOne : IReplicatedOperation<NearbyState, long>
{
    /// <inheritdoc/>
    public OperationResult<NearbyState, long> Apply(NearbyState state, in OperationContext context) => (new NearbyState { Count = state.Count + 1 }, state.Count + 1);
}
