using Orleans.Runtime;

namespace Orleans.Replication.Placement;

/// <summary>The replicas of a silo that has none.</summary>
internal sealed class NoReplicas : ILocalReplicas
{
    /// <inheritdoc/>
    public bool Serve(GrainType grainType) => false;
}
