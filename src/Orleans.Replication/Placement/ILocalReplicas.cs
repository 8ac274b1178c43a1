using Orleans.Runtime;

namespace Orleans.Replication.Placement;

/// <summary>What this silo's replicas can serve.</summary>
internal interface ILocalReplicas
{
    /// <summary>True when this silo has a replica of the group that a replicated class names, and it is in service.</summary>
    bool Serve(GrainType grainType);
}
