using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <inheritdoc cref="GrainDirectoryContract"/>
public sealed class GrainDirectoryFromOutsideTests(GroupFromOutside group) : GrainDirectoryContract(group), IClassFixture<GroupFromOutside>;
