using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <inheritdoc cref="GrainDirectoryContract"/>
public sealed class GrainDirectoryOnOneTests(GroupOfOne group) : GrainDirectoryContract(group), IClassFixture<GroupOfOne>;
