using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <inheritdoc cref="JournalStorageContract"/>
public sealed class JournalStorageOnThreeTests(GroupOfThree group) : JournalStorageContract(group), IClassFixture<GroupOfThree>;
