using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Reminders;

/// <inheritdoc cref="ReminderTableContract"/>
public sealed class ReminderTableFromOutsideTests(GroupFromOutside group) : ReminderTableContract(group), IClassFixture<GroupFromOutside>;
