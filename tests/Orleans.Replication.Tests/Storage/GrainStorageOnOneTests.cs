using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Storage;

/// <inheritdoc cref="GrainStorageContract"/>
public sealed class GrainStorageOnOneTests(GroupOfOne group) : GrainStorageContract(group), IClassFixture<GroupOfOne>;
