using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Reminders;

/// <inheritdoc cref="ReminderTableContract"/>
public sealed class ReminderTableWhileLeadersAreLostTests(GroupThatLosesLeaders group) : ReminderTableContract(group), IClassFixture<GroupThatLosesLeaders>;
