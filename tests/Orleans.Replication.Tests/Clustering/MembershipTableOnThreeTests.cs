using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Clustering;

/// <inheritdoc cref="MembershipTableContract"/>
public sealed class MembershipTableOnThreeTests(GroupOfThree group) : MembershipTableContract(group), IClassFixture<GroupOfThree>;
