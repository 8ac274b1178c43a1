using Orleans.Metadata;
using Orleans.Replication.Placement;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Placement;

/// <summary>What the attribute says about a class to every silo.</summary>
public sealed class ReplicatedAttributeTests
{
    [Fact]
    public void The_class_names_its_group_is_registered_nowhere_and_is_not_moved()
    {
        var properties = new Dictionary<string, string>();
        ((IGrainPropertiesProviderAttribute)new ReplicatedAttribute("money")).Populate(null!, typeof(ReplicatedAttributeTests), GrainType.Create("t"), properties);
        Assert.Equal("money", properties[ReplicatedPlacement.GroupProperty]);
        Assert.Equal(ReplicatedPlacement.DirectoryName, properties[WellKnownGrainTypeProperties.GrainDirectory]);
        Assert.Equal(nameof(ReplicatedPlacement), properties[WellKnownGrainTypeProperties.PlacementStrategy]);

        // ImmovableKind.Any: neither the rebalancer nor the repartitioner.
        Assert.Equal("3", properties[WellKnownGrainTypeProperties.Immovable]);
    }
}
