using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Journals;

/// <inheritdoc cref="JournalContract"/>
public sealed class JournalOnThreeTests(GroupOfThree group) : JournalContract(group), IClassFixture<GroupOfThree>;
