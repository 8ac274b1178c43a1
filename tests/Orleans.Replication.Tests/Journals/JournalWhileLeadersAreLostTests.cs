using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Journals;

/// <inheritdoc cref="JournalContract"/>
public sealed class JournalWhileLeadersAreLostTests(GroupThatLosesLeaders group) : JournalContract(group), IClassFixture<GroupThatLosesLeaders>;
