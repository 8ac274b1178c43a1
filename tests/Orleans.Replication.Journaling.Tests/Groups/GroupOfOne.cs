namespace Orleans.Replication.Journaling.Tests.Groups;

/// <inheritdoc/>
public sealed class GroupOfOne() : JournalGroupFixture(1);
