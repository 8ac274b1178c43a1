using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <inheritdoc cref="JournalMetadataContract"/>
public sealed class JournalMetadataOnOneTests(GroupOfOne group) : JournalMetadataContract(group), IClassFixture<GroupOfOne>;
