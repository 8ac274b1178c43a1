using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Clustering;

/// <inheritdoc cref="MembershipTableContract"/>
public sealed class MembershipTableWhileLeadersAreLostTests(GroupThatLosesLeaders group) : MembershipTableContract(group), IClassFixture<GroupThatLosesLeaders>;
