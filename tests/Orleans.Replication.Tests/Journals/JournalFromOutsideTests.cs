using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Journals;

/// <inheritdoc cref="JournalContract"/>
public sealed class JournalFromOutsideTests(GroupFromOutside group) : JournalContract(group), IClassFixture<GroupFromOutside>;
