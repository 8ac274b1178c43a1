namespace Orleans.Replication.Journaling.Tests.Groups;

/// <inheritdoc/>
public sealed class GroupOfThree() : JournalGroupFixture(3);
