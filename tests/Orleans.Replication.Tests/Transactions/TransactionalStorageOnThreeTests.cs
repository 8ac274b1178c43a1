using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Transactions;

/// <inheritdoc cref="TransactionalStorageContract"/>
public sealed class TransactionalStorageOnThreeTests(GroupOfThree group) : TransactionalStorageContract(group), IClassFixture<GroupOfThree>;
