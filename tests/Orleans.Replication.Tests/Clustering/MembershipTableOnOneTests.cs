using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Clustering;

/// <inheritdoc cref="MembershipTableContract"/>
public sealed class MembershipTableOnOneTests(GroupOfOne group) : MembershipTableContract(group), IClassFixture<GroupOfOne>;
