using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Replication.Placement;
using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>
/// Makes a grain class replicated: every silo may have one activation of each grain, and a call is served by the activation on the caller's own
/// silo, without a directory. The activations share their <see cref="IReplicatedState{TState}"/>; ordinary fields stay private to each of them.
/// </summary>
/// <remarks>
/// The class becomes reentrant: while a call awaits the commit of its write, other calls of the same activation run, so that reads do not queue
/// behind writes. Between two awaits the grain still runs alone. What an operation decides, it decides inside
/// <see cref="IReplicatedOperation{TState, TResult}.Apply"/>, where nothing else can come in between.
/// <para>An idle activation is collected like any other grain's; the state is not in it. Timers and reminders fire on the silo of the activation.</para>
/// </remarks>
/// <param name="group">The name of the replication group that holds the class's states; the silos that have a replica of it serve the grain.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReplicatedAttribute(string group = "default") : PlacementAttribute(new ReplicatedPlacement())
{
    /// <summary>The name of the replication group that holds the class's states.</summary>
    public string Group { get; } = group;

    /// <inheritdoc/>
    public override void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        base.Populate(services, grainClass, grainType, properties);
        properties[ReplicatedPlacement.GroupProperty] = Group;
        properties[WellKnownGrainTypeProperties.GrainDirectory] = ReplicatedPlacement.DirectoryName;
        properties[WellKnownGrainTypeProperties.Reentrant] = "true";
        properties[WellKnownGrainTypeProperties.Unordered] = "true";

        // Rebalancer and repartitioner leave only stateless workers alone by themselves.
        properties[WellKnownGrainTypeProperties.Immovable] = ((byte)ImmovableKind.Any).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
