using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <inheritdoc cref="JournalMetadataContract"/>
public sealed class JournalMetadataOnThreeTests(GroupOfThree group) : JournalMetadataContract(group), IClassFixture<GroupOfThree>;
