using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <inheritdoc cref="JournalStorageContract"/>
public sealed class JournalStorageFromOutsideTests(GroupFromOutside group) : JournalStorageContract(group), IClassFixture<GroupFromOutside>;
