using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <inheritdoc cref="GrainDirectoryContract"/>
public sealed class GrainDirectoryOnThreeTests(GroupOfThree group) : GrainDirectoryContract(group), IClassFixture<GroupOfThree>;
