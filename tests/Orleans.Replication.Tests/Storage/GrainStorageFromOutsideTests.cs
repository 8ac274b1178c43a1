using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Storage;

/// <inheritdoc cref="GrainStorageContract"/>
public sealed class GrainStorageFromOutsideTests(GroupFromOutside group) : GrainStorageContract(group), IClassFixture<GroupFromOutside>;
