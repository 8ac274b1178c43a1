using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Clustering;

/// <inheritdoc cref="MembershipTableContract"/>
public sealed class MembershipTableFromOutsideTests(GroupFromOutside group) : MembershipTableContract(group), IClassFixture<GroupFromOutside>;
