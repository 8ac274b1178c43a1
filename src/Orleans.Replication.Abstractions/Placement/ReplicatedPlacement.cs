using Orleans.Runtime;

namespace Orleans.Replication.Placement;

/// <summary>
/// Places an activation on the caller's own silo, at most one on each. Put on a class by <see cref="ReplicatedAttribute"/>.
/// </summary>
/// <remarks>Orleans looks strategies up by their simple class name, so it has to be unique in the cluster.</remarks>
[GenerateSerializer, Immutable]
[Alias("Orleans.Replication.ReplicatedPlacement")]
public sealed class ReplicatedPlacement : PlacementStrategy
{
    /// <summary>The grain property with the name of the group.</summary>
    public const string GroupProperty = "replication-group";

    /// <summary>
    /// The name of the grain directory that replicated classes name: one that holds nothing. Without it, the first call on each silo would ask
    /// the silo that owns the grain's part of the default directory, and find nothing there.
    /// </summary>
    public const string DirectoryName = "orleans-replication-none";

    /// <summary>Activations are not registered: every silo has its own.</summary>
    public override bool IsUsingGrainDirectory => false;
}
