using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.Journals;

/// <inheritdoc cref="JournalContract"/>
public sealed class JournalOnOneTests(GroupOfOne group) : JournalContract(group), IClassFixture<GroupOfOne>;
