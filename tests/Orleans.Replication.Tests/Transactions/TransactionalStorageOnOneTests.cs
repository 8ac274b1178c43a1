using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Transactions;

/// <inheritdoc cref="TransactionalStorageContract"/>
public sealed class TransactionalStorageOnOneTests(GroupOfOne group) : TransactionalStorageContract(group), IClassFixture<GroupOfOne>;
