using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Storage;

/// <inheritdoc cref="GrainStorageContract"/>
public sealed class GrainStorageOnThreeTests(GroupOfThree group) : GrainStorageContract(group), IClassFixture<GroupOfThree>;
