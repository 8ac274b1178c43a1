using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Reminders;

/// <inheritdoc cref="ReminderTableContract"/>
public sealed class ReminderTableOnOneTests(GroupOfOne group) : ReminderTableContract(group), IClassFixture<GroupOfOne>;
