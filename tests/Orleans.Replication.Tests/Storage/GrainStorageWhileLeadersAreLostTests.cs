using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Storage;

/// <inheritdoc cref="GrainStorageContract"/>
public sealed class GrainStorageWhileLeadersAreLostTests(GroupThatLosesLeaders group) : GrainStorageContract(group), IClassFixture<GroupThatLosesLeaders>;
