using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <inheritdoc cref="GrainDirectoryContract"/>
public sealed class GrainDirectoryWhileLeadersAreLostTests(GroupThatLosesLeaders group) : GrainDirectoryContract(group), IClassFixture<GroupThatLosesLeaders>;
