using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Reminders;

/// <inheritdoc cref="ReminderTableContract"/>
public sealed class ReminderTableOnThreeTests(GroupOfThree group) : ReminderTableContract(group), IClassFixture<GroupOfThree>;
