using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <inheritdoc cref="JournalMetadataContract"/>
public sealed class JournalMetadataFromOutsideTests(GroupFromOutside group) : JournalMetadataContract(group), IClassFixture<GroupFromOutside>;
