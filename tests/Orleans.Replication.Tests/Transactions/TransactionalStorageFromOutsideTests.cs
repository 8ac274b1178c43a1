using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Transactions;

/// <inheritdoc cref="TransactionalStorageContract"/>
public sealed class TransactionalStorageFromOutsideTests(GroupFromOutside group) : TransactionalStorageContract(group), IClassFixture<GroupFromOutside>;
