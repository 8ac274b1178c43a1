using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Transactions;

/// <inheritdoc cref="TransactionalStorageContract"/>
public sealed class TransactionalStorageWhileLeadersAreLostTests(GroupThatLosesLeaders group) : TransactionalStorageContract(group), IClassFixture<GroupThatLosesLeaders>;
