using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <inheritdoc cref="JournalStorageContract"/>
public sealed class JournalStorageOnOneTests(GroupOfOne group) : JournalStorageContract(group), IClassFixture<GroupOfOne>;
